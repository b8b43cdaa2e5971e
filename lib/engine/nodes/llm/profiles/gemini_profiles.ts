/** The models of Gemini, for `profileTable`. */
export const GEMINI_PROFILES = `
  custom                         - 1114112 65536
  gemini-3_1-pro-preview         models/gemini-3.1-pro-preview         1048576 65536
  gemini-3_1-flash-image-preview models/gemini-3.1-flash-image-preview 131072 58982
  gemini-3_1-flash-lite-preview  models/gemini-3.1-flash-lite-preview  1048576 65536
  gemini-3-flash-preview         models/gemini-3-flash-preview         1048576 65536
  gemini-3-pro-image-preview     models/gemini-3-pro-image-preview     65536 32768
  gemini-2_5-flash-image         models/gemini-2.5-flash-image         32768 8192
  gemini-3-pro-image             models/gemini-3-pro-image             131072 32768 deprecated
  gemini-3-pro-preview           models/gemini-3-pro-preview           1048576 65536 deprecated
  gemini-2_5-pro                 models/gemini-2.5-pro                 1048576 65536 deprecated
  gemini-2_5-flash               models/gemini-2.5-flash               1048576 65535 deprecated
  gemini-2_5-flash-lite          models/gemini-2.5-flash-lite          1048576 65535 deprecated
  gemini-2_0-flash               models/gemini-2.0-flash               1048576 65535 deprecated
  gemini-2_0-flash-lite          models/gemini-2.0-flash-lite          - 65536 deprecated
  models-gemini-flash-latest     models/gemini-flash-latest            1048576 65536
  models-gemini-pro-latest       models/gemini-pro-latest              1048576 65536
  models-gemini-3-1-flash-image  models/gemini-3.1-flash-image         131072 32768
  models-gemini-3-1-flash-lite   models/gemini-3.1-flash-lite          1048576 65536
  models-gemini-3-5-flash        models/gemini-3.5-flash               1048576 65536
  models-gemini-3-5-flash-lite   models/gemini-3.5-flash-lite          1048576 65536
  models-gemini-3-6-flash        models/gemini-3.6-flash               1048576 65536
  models-gemini-3-7-flash        models/gemini-3.7-flash               1048576 65536
  models-gemini-3-8-flash        models/gemini-3.8-flash               1048576 65536
`;
