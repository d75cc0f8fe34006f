package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"deskwire/publisher/web"
)

func (a *app) themeCmd() *cobra.Command {
	var dry bool
	cmd := &cobra.Command{
		Use:   "theme DIR",
		Short: "Write the templates of the pages into a folder, to be changed",
		Long: `Write the templates of the pages into a folder, to be changed.

With theme.templates in the configuration those in the folder replace deskwire's own. Keep only what you change: what is not
there goes on with deskwire as it gets better. Files that are there already stay as they are.`,
		Example: "  deskwire theme theme/templates",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			var missing []string
			for _, name := range web.TemplateNames() {
				switch _, err := os.Lstat(filepath.Join(args[0], name)); {
				case err == nil:
					a.talk("%s is there already and stays", filepath.Join(args[0], name))
				case errors.Is(err, fs.ErrNotExist):
					missing = append(missing, name)
				default:
					return err
				}
			}
			if len(missing) == 0 {
				return hint(fmt.Errorf("theme: every template is in %s already", args[0]), "remove one to have it written as deskwire has it")
			}
			if dry {
				_, err := fmt.Fprintf(a.out(), "would write %s into %s\n", plural(len(missing), "template"), args[0])
				return err
			}
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return err
			}
			for _, name := range missing {
				if err := os.WriteFile(filepath.Join(args[0], name), web.Template(name), 0o644); err != nil {
					return err
				}
			}
			_, err := fmt.Fprintf(a.out(), "%s written into %s\n", plural(len(missing), "template"), args[0])
			return err
		},
	}
	cmd.Flags().BoolVarP(&dry, "dry-run", "n", false, "say what would be written, write nothing")
	return cmd
}
