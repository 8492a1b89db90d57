package cli

import (
	"fmt"
	"io"
	"strings"
)

// Shells are those that completions can be made for.
var Shells = []string{"bash", "zsh", "fish"}

// Completion returns what an option does that prints the completions for the
// shell it is given.
func Completion(t *Table, stdout io.Writer) func(string) error {
	return func(shell string) error {
		var text string
		switch shell {
		case "bash":
			text = t.bash()
		case "zsh":
			text = t.zsh()
		case "fish":
			text = t.fish()
		default:
			return &BadChoice{Shells}
		}
		if _, err := io.WriteString(stdout, text); err != nil {
			return &Failure{"Can't write to stdout: " + err.Error() + "\n", 3}
		}
		return ErrDone
	}
}

// words are an option's names as they are typed.
func (o *Option) words() []string {
	w := []string{"--" + o.Name}
	if o.Short != 0 {
		w = append(w, "-"+string(o.Short))
	}
	return w
}

func (t *Table) bash() string {
	var all []string
	var cases strings.Builder
	for _, o := range t.Options {
		all = append(all, o.words()...)
		var reply string
		switch {
		case len(o.Choices) > 0:
			reply = `COMPREPLY=($(compgen -W "` + strings.Join(o.Choices, " ") + `" -- "$cur"))`
		case o.Files:
			reply = `COMPREPLY=($(compgen -f -- "$cur"))`
		case o.Arg != "":
			reply = "COMPREPLY=()"
		default:
			continue
		}
		fmt.Fprintf(&cases, "    %s) %s; return ;;\n", strings.Join(o.words(), "|"), reply)
	}
	return fmt.Sprintf(`_%[1]s() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  case $prev in
%[2]s  esac
  COMPREPLY=($(compgen -W "%[3]s" -- "$cur"))
}
complete -o filenames -F _%[1]s %[4]s
`, t.Program, cases.String(), strings.Join(all, " "), strings.Join(t.commands(), " "))
}

// commands are the names under which the program is called.
func (t *Table) commands() []string {
	all := []string{t.Program}
	for _, o := range t.Options {
		if o.Link != "" {
			all = append(all, o.Link)
		}
	}
	return all
}

func (t *Table) zsh() string {
	var b strings.Builder
	fmt.Fprintf(&b, "#compdef %s\n_arguments \\\n", strings.Join(t.commands(), " "))
	for _, o := range t.Options {
		for _, w := range o.words() {
			spec := "*" + w + "[" + strings.NewReplacer("[", `\[`, "]", `\]`, "'", `'\''`, `\`, `\\`).Replace(o.Text) + "]"
			if o.Arg != "" {
				spec += ":" + o.Arg + ":"
			}
			switch {
			case len(o.Choices) > 0:
				spec += "(" + strings.Join(o.Choices, " ") + ")"
			case o.Files:
				spec += "_files"
			}
			fmt.Fprintf(&b, "  '%s' \\\n", spec)
		}
	}
	return strings.TrimSuffix(b.String(), " \\\n") + "\n"
}

func (t *Table) fish() string {
	var b strings.Builder
	for _, c := range t.commands() {
		fmt.Fprintf(&b, "complete -c %s -f\n", c)
		for _, o := range t.Options {
			fmt.Fprintf(&b, "complete -c %s -l %s", c, o.Name)
			if o.Short != 0 {
				fmt.Fprintf(&b, " -s %c", o.Short)
			}
			switch {
			case len(o.Choices) > 0:
				fmt.Fprintf(&b, " -x -a '%s'", strings.Join(o.Choices, " "))
			case o.Files:
				b.WriteString(" -r -F")
			case o.Arg != "":
				b.WriteString(" -x")
			}
			text := strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(o.Text)
			fmt.Fprintf(&b, " -d '%s'\n", text)
		}
	}
	return b.String()
}
