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
	return &cobra.Command{
		Use:   "theme DIR",
		Short: "Write the templates of the pages into a folder, to be changed",
		Long: `Write the templates of the pages into a folder, to be changed.

With theme.templates in the configuration those in the folder replace deskwire's own. Keep only what you change: what is not
there goes on with deskwire as it gets better. Files that are there already stay as they are.`,
		Example: "  deskwire theme theme/templates",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return err
			}
			written := 0
			for _, name := range web.TemplateNames() {
				at := filepath.Join(args[0], name)
				f, err := os.OpenFile(at, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
				if errors.Is(err, fs.ErrExist) {
					fmt.Fprintf(a.env.Streams.Stderr, "deskwire: %s is there already and stays\n", at)
					continue
				}
				if err != nil {
					return err
				}
				_, err = f.Write(web.Template(name))
				if err = errors.Join(err, f.Close()); err != nil {
					return fmt.Errorf("%s: %w", at, err)
				}
				written++
			}
			if written == 0 {
				return hint(fmt.Errorf("theme: every template is in %s already", args[0]), "remove one to have it written as deskwire has it")
			}
			_, err := fmt.Fprintf(a.out(), "%s written into %s\n", plural(written, "template"), args[0])
			return err
		},
	}
}
