/** The models that Ollama serves, for `profileTable`. */
export const OLLAMA_PROFILES = `
  custom           -                16385
  llama3_3         llama3.3:latest  128000
  llama3_1-8b      llama3.1:8b      128000
  llama3_1-70b     llama3.1:70b     128000
  llama3_1-405b    llama3.1:405b    128000
  llama3_2-1b      llama3.2:1b      128000
  llama3_2-3b      llama3.2         128000
  llama4-latest    llama4:latest    10000000
  phi4-14b         phi4             16000
  mistral-7b       mistral          32000
  qwen2_5-0_5b     qwen2.5:0.5b     128000
  qwen2_5-1_5b     qwen2.5:1.5b     128000
  qwen2_5-3b       qwen2.5:3b       128000
  qwen2_5-7b       qwen2.5          128000
  qwen2_5-14b      qwen2.5:14b      128000
  qwen2_5-32b      qwen2.5:32b      128000
  qwen2_5-72b      qwen2.5:72b      128000
  qwen3-latest     qwen3:latest     128000
  deepseek-r1-1_5b deepseek-r1:1.5b 128000
  deepseek-r1-7b   deepseek-r1:7b   128000
  deepseek-r1-14b  deepseek-r1:14b  128000
  deepseek-r1-32b  deepseek-r1:32b  128000
  deepseek-r1-671b deepseek-r1:671b 128000
`;

/** The models of DeepSeek's own cloud, for `profileTable`. */
export const DEEPSEEK_CLOUD_PROFILES = `
  cloud-reasoner deepseek-reasoner 128000 4096
  cloud-chat     deepseek-chat     163840 16000
`;

/** DeepSeek's models wherever a pipeline says, for `profileTable`. */
export const DEEPSEEK_PROFILES = `
  deepseek-chat-v3-0324        deepseek-chat-v3-0324        163840 115200
  deepseek-chat-v3-1           deepseek-chat-v3.1           163840 32768
  deepseek-r1                  deepseek-r1                  64000 16000
  deepseek-r1-0528             deepseek-r1-0528             163840 32768
  deepseek-v3-1-terminus       deepseek-v3.1-terminus       163840 147456
  deepseek-v3-2                deepseek-v3.2                163840 65536
  deepseek-v3-2-exp            deepseek-v3.2-exp            163840 147456
  deepseek-v4-flash            deepseek-v4-flash            1048576 943718
  deepseek-v4-flash-0731       deepseek-v4-flash-0731       1048576 943718
  deepseek-v4-flash-latest     deepseek-v4-flash-latest     1048576 943718
  deepseek-v4-flash-vision-exp deepseek-v4-flash-vision-exp 1048576 262144
  deepseek-v4-1-flash          deepseek-v4.1-flash          1048576 943718
  deepseek-v4-pro              deepseek-v4-pro              1048576 384000
  deepseek-v4-pro-0813         deepseek-v4-pro-0813         1048576 943718
  deepseek-flash-latest        deepseek-flash-latest        1048576 943718
  deepseek-pro-latest          deepseek-pro-latest          1048576 393216
`;

/** DeepSeek's models on a machine of one's own, for `profileTable`. */
export const DEEPSEEK_LOCAL_PROFILES = `
  deepseek-r1-1_5b deepseek-r1:1.5b 128000 4096
  deepseek-r1-7b   deepseek-r1:7b   128000 4096
  deepseek-r1-8b   deepseek-r1:8b   128000 4096
  deepseek-r1-14b  deepseek-r1:14b  128000 4096
  deepseek-r1-32b  deepseek-r1:32b  128000 4096
  deepseek-r1-70b  deepseek-r1:70b  128000 4096
  deepseek-r1-671b deepseek-r1:671b 128000 4096
  deepseek-v3      deepseek-v3      128000 4096
`;

/** The models of Mistral, for `profileTable`. */
export const MISTRAL_PROFILES = `
  custom                  -                       32768 -
  mistral-large           mistral-large-2512      262144 209715
  mistral-large-latest    mistral-large-latest    32000 4096
  mistral-medium          mistral-medium-2508     131072 4096
  mistral-medium-latest   mistral-medium-latest   131072 131072
  mistral-medium-3        mistral-medium-3        131072 104857
  mistral-medium-3-5      mistral-medium-3-5      262144 209715
  mistral-small           mistral-small-2506      131072 4096
  mistral-small-2603      mistral-small-2603      262144 209715
  mistral-small-latest    mistral-small-latest    131072 131072
  codestral               codestral-2508          256000 204800
  codestral-latest        codestral-latest        8191 8191
  magistral-medium        magistral-medium-2509   40000 40000
  magistral-medium-latest magistral-medium-latest 40000 40000
  magistral-small         magistral-small-2509    40960 4096
  magistral-small-latest  magistral-small-latest  40000 40000
  devstral-medium         devstral-medium-2507    128000 128000
  devstral-small          devstral-small-2507     128000 128000
  devstral-2512           devstral-2512           262144 209715
  devstral-latest         devstral-latest         256000 256000
  ministral-14b           ministral-14b-2512      262144 209715
  ministral-8b            ministral-8b-2512       262144 209715
  ministral-3b            ministral-3b-2512       131072 104857
  mistral-nemo            mistral-nemo            131072 16384
`;

/** The models of xAI, for `profileTable`. */
export const XAI_PROFILES = `
  custom                      -                           131072 -
  grok-3                      grok-3                      131072 131072
  grok-3-mini                 grok-3-mini                 131072 131072
  grok-4                      grok-4-0709                 256000 256000
  grok-4-fast-reasoning       grok-4-fast-reasoning       2000000 4096
  grok-4-fast-non-reasoning   grok-4-fast-non-reasoning   2000000 4096
  grok-4-1-fast-reasoning     grok-4-1-fast-reasoning     2000000 4096
  grok-4-1-fast-non-reasoning grok-4-1-fast-non-reasoning 2000000 4096
  grok-code-fast-1            grok-code-fast-1            256000 10000
  grok-4-3                    grok-4.3                    1000000 900000
  grok-4-5                    grok-4.5                    500000 450000
  grok-4-6                    grok-4.6                    500000 450000
  grok-4-7                    grok-4.7                    500000 450000
  grok-4-20                   grok-4.20                   2000000 1800000
  grok-4-20-multi-agent       grok-4.20-multi-agent       2000000 1800000
  grok-build-0-1              grok-build-0.1              256000 230400
  grok-latest                 grok-latest                 500000 450000
  grok-3-beta                 grok-3-beta                 131072 131072 deprecated
  grok-3-mini-beta            grok-3-mini-beta            131072 131072 deprecated
  grok-4-fast                 grok-4-fast                 2000000 30000 deprecated
  grok-4-1-fast               grok-4.1-fast               2000000 30000 deprecated
`;

/** The models of Perplexity, for `profileTable`. */
export const PERPLEXITY_PROFILES = `
  sonar               sonar               128000
  sonar-pro           sonar-pro           200000
  sonar-reasoning     sonar-reasoning     128000
  sonar-reasoning-pro sonar-reasoning-pro 128000
  sonar-deep-research sonar-deep-research 128000
`;

/** The models of Qwen, for `profileTable`. */
export const QWEN_PROFILES = `
  qwen-flash           qwen-flash           131072 4096
  qwen-turbo           qwen-turbo           131072 8192
  qwen-plus            qwen-plus            1000000 32768
  qwen-plus-2025-07-28 qwen-plus-2025-07-28 1000000 32768
  qwen-max             qwen-max             32768 8192
  qwen3-6-flash        qwen3.6-flash        1000000 65536
  qwen3-6-plus         qwen3.6-plus         1000000 65536
  qwen3-6-27b          qwen3.6-27b          262144 262140
  qwen3-6-35b-a3b      qwen3.6-35b-a3b      262144 235929
  qwen3-7-flash        qwen3.7-flash        1000000 65536
  qwen3-7-plus         qwen3.7-plus         1000000 131072
  qwen3-7-max          qwen3.7-max          1000000 131072
  qwen3-8-flash        qwen3.8-flash        1000000 131072
  qwen3-8-27b          qwen3.8-27b          1000000 131072
  qwen3-8-2-4t-a95b    qwen3.8-2.4t-a95b    1048576 131072
  qwen3-8-max-0902     qwen3.8-max-0902     1000000 131072
  qwen3-8-max-prime    qwen3.8-max-prime    1000000 131072
  qwen3-5-flash-02-23  qwen3.5-flash-02-23  1000000 65536
  qwen3-5-plus-02-15   qwen3.5-plus-02-15   1000000 65536
  qwen3-5-plus-20260420 qwen3.5-plus-20260420 1000000 65536
  qwen3-5-9b           qwen3.5-9b           262144 32768
  qwen3-5-27b          qwen3.5-27b          262144 65536
  qwen3-5-35b-a3b      qwen3.5-35b-a3b      262144 235929
  qwen3-5-122b-a10b    qwen3.5-122b-a10b    262144 65536
  qwen3-5-397b-a17b    qwen3.5-397b-a17b    262144 235929
  qwen3-14b            qwen3-14b            131072 16384
  qwen3-32b            qwen3-32b            131072 16384
  qwen3-30b-a3b        qwen3-30b-a3b        131072 16384
  qwen3-30b-a3b-instruct-2507  qwen3-30b-a3b-instruct-2507  262144 32000
  qwen3-235b-a22b-2507         qwen3-235b-a22b-2507         262144 235929
  qwen3-next-80b-a3b-instruct  qwen3-next-80b-a3b-instruct  262144 235929
  qwen3-coder                  qwen3-coder                  262144 65536
  qwen3-coder-flash            qwen3-coder-flash            1000000 65536
  qwen3-coder-next             qwen3-coder-next             262144 235929
  qwen3-coder-30b-a3b-instruct qwen3-coder-30b-a3b-instruct 262144 235929
  qwen3-8b                     qwen3-8b                     131072 8192 deprecated
  qwen3-235b-a22b              qwen3-235b-a22b              131072 8192 deprecated
  qwen3-max                    qwen3-max                    262144 65536 deprecated
  qwen3-max-thinking           qwen3-max-thinking           262144 65536 deprecated
  qwen3-coder-plus             qwen3-coder-plus             1000000 65536 deprecated
`;

/** The models that GMI Cloud always serves, for `profileTable`. */
export const GMI_SHARED_PROFILES = `
  custom             -                             16384
  deepseek-v3        deepseek-ai/DeepSeek-V3-0324  163840
  deepseek-v3-2      deepseek-ai/DeepSeek-V3.2     163840
  deepseek-r1        deepseek-ai/DeepSeek-R1       131072
  deepseek-prover-v2 deepseek-ai/DeepSeek-Prover-V2-671B 131072
  gpt-5-2            openai/gpt-5.2                128000
  gpt-5-1            openai/gpt-5.1                128000
  gpt-5              openai/gpt-5                  128000
  gpt-4o             openai/gpt-4o                 128000
  claude-opus-4-5    anthropic/claude-opus-4.5     200000
  claude-sonnet-4-5  anthropic/claude-sonnet-4.5   200000
  gemini-3-pro       google/gemini-3-pro-preview   128000
  gemini-3-flash     google/gemini-3-flash-preview 128000
`;

/** The models that GMI Cloud serves where one deploys them. */
export const GMI_DEPLOYED_PROFILES = `
  llama-4-scout    meta-llama/Llama-4-Scout-17B-16E-Instruct         1048576
  llama-4-maverick meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8 1048576
  qwen3-235b       Qwen/Qwen3-235B-A22B-FP8                          131072
  qwen3-32b        Qwen/Qwen3-32B-FP8                                131072
  qwen3-30b        Qwen/Qwen3-30B-A3B                                131072
  qwen3-coder-480b Qwen/Qwen3-Coder-480B-A35B-Instruct-FP8           131072
  deepseek-r1-distill-32b  deepseek-ai/DeepSeek-R1-Distill-Qwen-32B  131072
  deepseek-r1-distill-1-5b deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B 131072
`;
