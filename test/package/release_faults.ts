/**
 * Compare what is to be released with the name of the release.
 *
 * @param tag The tag of the commit, such as `v1.2.3`.
 * @param version The version of `deno.json`.
 * @param changelog The text of the changelog.
 * @returns A sentence for each fault.
 */
export function releaseFaults(
  tag: string,
  version: string,
  changelog: string,
): readonly string[] {
  const [, newest = ""] = /^## (.+)$/m.exec(changelog) ?? [];
  const faults: string[] = [];
  if (tag !== `v${version}`) {
    faults.push(`The tag is ${tag}, deno.json says ${version}`);
  }
  if (newest !== version && !newest.startsWith(`${version} (2`)) {
    faults.push(
      `The newest part of CHANGELOG.md is "${newest}": must be ` +
        `"${version}" or "${version} (YYYY-MM-DD)"`,
    );
  }
  return faults;
}
