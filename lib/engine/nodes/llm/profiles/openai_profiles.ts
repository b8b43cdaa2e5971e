/** The models of OpenAI, for `profileTable`. */
export const OPENAI_PROFILES = `
  custom                -                     16384 -
  openai-5-2            gpt-5.2               400000 128000
  openai-5-4            gpt-5.4               1050000 128000
  openai-5-4-pro        gpt-5.4-pro           1050000 128000
  openai-5-4-mini       gpt-5.4-mini          400000 128000
  openai-5-4-nano       gpt-5.4-nano          400000 128000
  openai-5              gpt-5                 400000 128000
  openai-5-1            gpt-5.1               400000 128000
  openai-5-mini         gpt-5-mini            400000 128000
  openai-5-nano         gpt-5-nano            400000 128000
  openai-4o             gpt-4o                128000 16384
  openai-4o-mini        gpt-4o-mini           128000 16384
  gpt-5-5               gpt-5.5               1050000 128000
  gpt-5-chat-latest     gpt-5-chat-latest     128000 16384
  gpt-5-1-chat-latest   gpt-5.1-chat-latest   128000 16384
  gpt-5-2-chat-latest   gpt-5.2-chat-latest   128000 16384
  gpt-5-3-chat-latest   gpt-5.3-chat-latest   128000 16384
  gpt-5-6-luna          gpt-5.6-luna          1050000 128000
  gpt-5-6-luna-pro      gpt-5.6-luna-pro      1050000 128000
  gpt-5-6-sol           gpt-5.6-sol           1050000 128000
  gpt-5-6-sol-pro       gpt-5.6-sol-pro       1050000 128000
  gpt-5-6-terra         gpt-5.6-terra         1050000 128000
  gpt-5-6-terra-pro     gpt-5.6-terra-pro     1050000 128000
  gpt-6-astra           gpt-6-astra           1050000 128000
  gpt-6-astra-pro       gpt-6-astra-pro       1050000 128000
  gpt-6-1-sol           gpt-6.1-sol           1050000 128000
  gpt-6-1-sol-pro       gpt-6.1-sol-pro       1050000 128000
  gpt-5-2-chat          gpt-5.2-chat          128000 32000
  gpt-chat-latest       gpt-chat-latest       400000 128000
  gpt-mini-latest       gpt-mini-latest       400000 128000
  gpt-latest            gpt-latest            1050000 128000 deprecated
  gpt-5-chat            gpt-5-chat            128000 16384 deprecated
  gpt-5-1-chat          gpt-5.1-chat          128000 16384 deprecated
  gpt-5-3-chat          gpt-5.3-chat          128000 16384 deprecated
  gpt-4-1               gpt-4.1               1047576 32768
  gpt-4-1-mini          gpt-4.1-mini          1047576 32768
  gpt-4-1-nano          gpt-4.1-nano          1047576 32768
  gpt-4-turbo           gpt-4-turbo           128000 4096
  gpt-4-turbo-preview   gpt-4-turbo-preview   128000 4096 deprecated
  gpt-4                 gpt-4                 8191 4096
  gpt-3-5-turbo         gpt-3.5-turbo         16385 4096
  gpt-3-5-turbo-16k     gpt-3.5-turbo-16k     16385 4096
  gpt-oss-120b          gpt-oss-120b          131072 117964
  gpt-oss-20b           gpt-oss-20b           131072 32768
  gpt-oss-safeguard-20b gpt-oss-safeguard-20b 131072 65536
  o1                    o1                    200000 100000
  o3                    o3                    200000 100000
  o3-pro                o3-pro                200000 100000
  o3-mini               o3-mini               200000 100000
  o3-mini-high          o3-mini-high          200000 100000
  o4-mini               o4-mini               200000 100000
  o4-mini-high          o4-mini-high          200000 100000
`;
