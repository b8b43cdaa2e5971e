/** The models of Anthropic, for `profileTable`. */
export const ANTHROPIC_PROFILES = `
  custom               -                    200000 -
  claude-sonnet-4-6    claude-sonnet-4-6    1000000 128000
  claude-opus-4-6      claude-opus-4-6      1000000 128000
  claude-haiku-4-5     claude-haiku-4-5     200000 64000
  claude-sonnet-4-5    claude-sonnet-4-5    1000000 64000
  claude-opus-4-5      claude-opus-4-5      200000 64000
  claude-opus-4-7      claude-opus-4-7      1000000 128000
  claude-opus-4-8      claude-opus-4-8      1000000 128000
  claude-opus-5        claude-opus-5        1000000 128000
  claude-opus-5-5      claude-opus-5-5      1000000 128000
  claude-opus-latest   claude-opus-latest   1000000 128000
  claude-sonnet-4      claude-sonnet-4      200000 64000
  claude-sonnet-5      claude-sonnet-5      1000000 128000
  claude-sonnet-5-5    claude-sonnet-5-5    1000000 128000
  claude-sonnet-latest claude-sonnet-latest 1000000 128000
  claude-haiku-latest  claude-haiku-latest  200000 64000
  claude-fable-5       claude-fable-5       1000000 128000
  claude-fable-5-1     claude-fable-5-1     1000000 128000
  claude-fable-latest  claude-fable-latest  1000000 128000
  claude-opus-4-7-fast claude-opus-4-7-fast 1000000 128000 deprecated
  claude-opus-4-8-fast claude-opus-4-8-fast 1000000 128000 deprecated
  claude-opus-5-fast   claude-opus-5-fast   1000000 128000 deprecated
  claude-opus-4-1      claude-opus-4-1      200000 32000 deprecated
  claude-opus-4        claude-opus-4        200000 32000 deprecated
  claude-3-haiku       claude-3-haiku       200000 4096 deprecated
`;
