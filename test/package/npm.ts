/**
 * Builds the package for npm: `deno task npm`.
 *
 * `dist/package` is what it contains, `dist/*.tgz` what is published.
 *
 * @module
 */

import { print } from "../runner/report.ts";
import { buildPackage } from "./build_package.ts";

const { tarball } = await buildPackage("dist");
const { size } = await Deno.stat(tarball);
print(`${tarball} (${(size / 1024).toFixed(0)} KiB)`);
