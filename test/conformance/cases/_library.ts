/**
 * Loads the library for the first time, between two modules that watch what it
 * does. The order of these lines is what matters.
 *
 * @module
 */
// deno-fmt-ignore-file
import "./_import_begin.ts";
import "../../../mod.ts";
import "../../../schema/mod.ts";
import "../../../lib/admin/mod.ts";
import "../../../lib/store/mod.ts";
import "../../../lib/transport/mod.ts";
import "./_import_end.ts";
