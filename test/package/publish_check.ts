/**
 * Lets JSR's own checks loose on the package: `deno task publish:check`.
 *
 * @module
 */

import { print } from "../runner/report.ts";
import { rehearsePublishing } from "./rehearse_publishing.ts";

const { code, output } = await rehearsePublishing();
print(output.trimEnd());
Deno.exit(code);
