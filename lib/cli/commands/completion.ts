import { Command } from "commander";
import { examples } from "../connection.ts";
import { write } from "../output.ts";
import { process } from "../platform.ts";

/**
 * Scripts by shell. Each asks the command itself for what may come next, and
 * completes files where the command has no answer.
 */
const SCRIPTS = {
  bash: `_rocketride() {
  local word="\${COMP_WORDS[COMP_CWORD]}" line
  [[ "$word" == "=" ]] && word=""
  COMPREPLY=()
  while IFS=$'\\t' read -r line _; do
    [[ "$line" == "$word"* ]] && COMPREPLY+=("$line")
  done < <(rocketride __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _rocketride rocketride
`,
  zsh: `#compdef rocketride
_rocketride() {
  local -a found
  local line what
  while IFS=$'\\t' read -r line what; do
    found+=("\${line//:/\\\\:}:$what")
  done < <(rocketride __complete "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#found} )); then _describe -V rocketride found; else _files; fi
}
if [[ "$funcstack[1]" == _rocketride ]]; then
  _rocketride "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
  compdef _rocketride rocketride
fi
`,
  fish: `function __rocketride
  set -l words (commandline -opc) (commandline -ct)
  set -l found (rocketride __complete $words[2..-1] 2>/dev/null)
  if set -q found[1]
    printf '%s\\n' $found
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c rocketride -f -a '(__rocketride)'
`,
} as const;

/** `completion`: a script that completes the command in a shell. */
export function completionCommand(): Command {
  const shells = Object.keys(SCRIPTS);
  return new Command("completion")
    .description("Print a script that completes commands and options.")
    .addArgument(
      new Command().createArgument("<shell>", shells.join(", "))
        .choices(shells),
    )
    .addHelpText(
      "after",
      examples([
        ["source <(rocketride completion bash)", "in ~/.bashrc"],
        ["source <(rocketride completion zsh)", "in ~/.zshrc"],
        ["rocketride completion fish | source", "in config.fish"],
      ]),
    )
    .action((shell: keyof typeof SCRIPTS) =>
      write(process.stdout, SCRIPTS[shell])
    );
}

/** What the scripts call: print completions of the last word. */
export async function printCompletions(
  program: Command,
  words: readonly string[],
): Promise<void> {
  const lines = candidates(program, words)
    .map(([word, what]) => `${word}\t${what}\n`);
  await write(process.stdout, lines.join(""));
}

/**
 * Find the completions of the last word.
 *
 * Values may be words of their own or follow `--option=`; bash makes a word of
 * that sign, too.
 *
 * @returns Words with a description each; none where a value or a file is
 * expected.
 */
export function candidates(
  program: Command,
  words: readonly string[],
): (readonly [word: string, what: string])[] {
  const isSign = words.at(-1) === "=";
  const before = words.slice(0, -1).filter((word) => word !== "=");
  const last = isSign ? "" : words.at(-1) ?? "";
  let command = program;
  for (const word of before) {
    command = command.commands.find((it) => it.name() === word) ?? command;
  }
  const [, name = before.at(-1) ?? "", start = ""] =
    /^(--[\w-]+)(=)/.exec(last) ?? [];
  const option = command.options.find(({ long, short }) =>
    [long, short].includes(name)
  );
  const plain = (prefix: string, choices: readonly string[] = []) =>
    choices.map((it) => [prefix + it, ""] as const);
  const help = command.createHelp();
  const found = option?.required
    ? plain(start && `${name}=`, option.argChoices)
    : last.startsWith("-")
    ? help.visibleOptions(command)
      .map((it) => [it.long ?? it.short ?? "", it.description] as const)
    : [
      ...help.visibleCommands(command)
        .map((it) => [it.name(), it.description()] as const),
      ...plain("", command.registeredArguments[0]?.argChoices),
    ];
  return found.filter(([word]) => word.startsWith(last));
}
