import { Command } from "commander";
import { examples } from "../help.ts";
import { write } from "../output.ts";
import { process } from "../platform.ts";

/** Scripts by shell; each asks the command itself for what may come next. */
const SCRIPTS = {
  bash: `_rocketride() {
  local word="\${COMP_WORDS[COMP_CWORD]}" line
  COMPREPLY=()
  while IFS=$'\\t' read -r line _; do
    [[ "$line" == "$word"* ]] && COMPREPLY+=("$line")
  done < <(rocketride __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  [[ \${#COMPREPLY[@]} -gt 0 ]] || COMPREPLY=($(compgen -f -- "$word"))
}
complete -o filenames -o bashdefault -F _rocketride rocketride
`,
  zsh: `#compdef rocketride
_rocketride() {
  local -a found
  local line
  while IFS=$'\\t' read -r line what; do
    found+=("\${line//:/\\\\:}:$what")
  done < <(rocketride __complete "\${words[@]:1:$((CURRENT - 1))}" 2>/dev/null)
  if (( \${#found} )); then _describe rocketride found; fi
  [[ "\${words[CURRENT]}" == -* ]] || _files
}
compdef _rocketride rocketride
`,
  fish: `function __rocketride
  set -l words (commandline -opc) (commandline -ct)
  rocketride __complete $words[2..-1] 2>/dev/null
end
complete -c rocketride -a '(__rocketride)'
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

/** What the scripts call: print what the last word may become. */
export function completeCommand(program: () => Command): Command {
  return new Command("__complete")
    .argument("[words...]")
    .allowUnknownOption()
    .helpOption(false)
    .action(async (words: string[]) => {
      const lines = candidates(program(), words)
        .map(([word, what]) => `${word}\t${what}\n`);
      await write(process.stdout, lines.join(""));
    });
}

/**
 * What the last of some words may become.
 *
 * @returns Words with a description each; none where a value or a file is
 * expected.
 */
export function candidates(
  program: Command,
  words: readonly string[],
): (readonly [word: string, what: string])[] {
  let command = program;
  for (const word of words.slice(0, -1)) {
    command = command.commands.find((it) => it.name() === word) ?? command;
  }
  const last = words.at(-1) ?? "";
  const help = command.createHelp();
  const option = command.options.find(({ long, short }) =>
    [long, short].includes(words.at(-2) ?? "")
  );
  if (option?.required) {
    return (option.argChoices ?? []).map((it) => [it, ""] as const);
  }
  const options = help.visibleOptions(command)
    .map((it) => [it.long ?? it.short ?? "", it.description] as const);
  const commands = help.visibleCommands(command)
    .map((it) => [it.name(), it.description()] as const);
  const choices = (command.registeredArguments[0]?.argChoices ?? [])
    .map((it) => [it, ""] as const);
  return [...commands, ...choices, ...(last.startsWith("-") ? options : [])]
    .filter(([word]) => word.startsWith(last));
}
