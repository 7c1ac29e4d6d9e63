/**
 * Goes before the script of bash: what it calls is part of bash-completion, which macOS and small images
 * do not have.
 */
const BASH_FALLBACK = `if ! declare -F _get_comp_words_by_ref >/dev/null; then
  _get_comp_words_by_ref() {
    cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
    words=("\${COMP_WORDS[@]}") cword=$COMP_CWORD
  }
fi
`;

/** Changes to the scripts of @bomb.sh/tab, by shell: file names where nothing else is offered. */
const CHANGES: Record<string, [from: string | RegExp, to: string][]> = {
  bash: [
    [/^/, BASH_FALLBACK],
    // A second `source ~/.bashrc` would fail on each.
    [/^readonly /gm, ''],
    ['compopt +o default', '[[ -z $out ]] || compopt +o default'],
    ['complete -F', 'complete -o default -F'],
  ],
  fish: [[/set -l nofiles \(.*/, 'set -l nofiles 0']],
  zsh: [
    ['if [ $((directive & shellCompDirectiveNoFileComp)) -ne 0 ]', 'if false'],
    // A value without a description would be shown with an empty one.
    [/(?=comp=\S+tab\/:)/, `comp=\${comp%$tab}; `],
  ],
};

export const completionScript = (shell: string, script: string): string =>
  (CHANGES[shell] ?? []).reduce((text, [from, to]) => text.replace(from, () => to), script);
