/**
 * What validators have in common: the part of the Standard Schema
 * specification, version 1, that reading answers needs. Zod, Valibot, ArkType
 * and others implement it.
 */
export interface StandardSchema<Output> {
  /** The specification's namespace. */
  readonly "~standard": {
    /** The version of the specification. */
    readonly version: 1;
    /** Who made the validator. */
    readonly vendor: string;
    /** Check a value. */
    readonly validate: (
      value: unknown,
    ) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
  };
}

/** What a validator found. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** What a validator did not like. */
export interface SchemaIssue {
  /** In words. */
  readonly message: string;
  /** Where in the value. */
  readonly path?:
    | readonly (PropertyKey | { readonly key: PropertyKey })[]
    | undefined;
}
