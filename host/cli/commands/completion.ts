// `evento completion`: a script that completes commands and options in a shell.
import type { Command } from "commander";

import type { Context } from "../context.ts";

const shells = { bash: bashScript, zsh: zshScript, fish: fishScript };

export function addCompletion({ program, terminal }: Context): void {
  const command = program.command("completion").description("print a completion script for a shell");
  for (const [shell, script] of Object.entries(shells))
    command
      .command(shell)
      .description(`for ${shell}`)
      .action(() => terminal.result(script(wordsOf(program))));
  command.addHelpText(
    "after",
    `
Examples:
  $ source <(evento completion bash)
  $ evento completion zsh > ~/.zfunc/_evento
  $ evento completion fish > ~/.config/fish/completions/evento.fish`,
  );
}

/** What may follow a command: subcommands and options, by the command's words after `evento`. */
type Words = ReadonlyMap<string, readonly string[]>;

function wordsOf(program: Command): Words {
  const words = new Map<string, readonly string[]>();
  const collect = (command: Command, path: string): void => {
    const options = command.options.map((option) => option.long ?? option.short ?? "");
    words.set(path, [...command.commands.map((child) => child.name()), ...options, "--help"]);
    for (const child of command.commands) collect(child, `${path} ${child.name()}`.trim());
  };
  collect(program, "");
  return words;
}

function bashScript(words: Words): string {
  const cases = [...words].map(([path, next]) => `    "${path}") next="${next.join(" ")}" ;;`);
  return `_evento() {
  local path="" word next=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) path="\${path:+$path }$word" ;; esac
  done
  while :; do
    case "$path" in
${cases.map((line) => `  ${line}`).join("\n")}
    esac
    # Arguments are no commands: what is left without them decides.
    if [ -n "$next" ] || [ -z "$path" ]; then break; fi
    case "$path" in *" "*) path="\${path% *}" ;; *) path="" ;; esac
  done
  COMPREPLY=( $(compgen -W "$next" -- "\${COMP_WORDS[COMP_CWORD]}") )
  [ \${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=( $(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}") )
}
complete -o filenames -F _evento evento`;
}

function zshScript(words: Words): string {
  return `#compdef evento
autoload -U +X bashcompinit && bashcompinit
${bashScript(words)}`;
}

function fishScript(words: Words): string {
  return [...words]
    .flatMap(([path, next]) => {
      const seen = path.split(" ").filter((word) => word !== "");
      const depth = seen.map((word) => `__fish_seen_subcommand_from ${word}`).join("; and ");
      const condition = depth === "" ? "__fish_use_subcommand" : depth;
      return next.map((word) => {
        const what = word.startsWith("--") ? `-l ${word.slice(2)}` : `-f -a ${word}`;
        return `complete -c evento -n '${condition}' ${what}`;
      });
    })
    .join("\n");
}
