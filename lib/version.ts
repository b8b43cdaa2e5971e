/** The version of this library, as engines see it in `auth`. */
export const VERSION = "0.1.0";
