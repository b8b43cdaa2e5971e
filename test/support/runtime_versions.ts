/**
 * The one place that says with which versions from npm the library is tried:
 * the runtimes, and the bundler for those that run one module.
 */
export const RUNTIME_VERSIONS = {
  bun: "1.4.5",
  esbuild: "0.28.2",
  node: "22.23.3",
  workerd: "1.20261117.1",
} as const;

/** The date of that workerd, which has its newest behaviour then. */
export const WORKERD_DATE = "2026-11-17";
