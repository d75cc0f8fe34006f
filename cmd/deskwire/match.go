package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"deskwire/aggregator/match/alike"
	"deskwire/aggregator/match/learn"

	"github.com/klauspost/compress/gzip"
	"github.com/spf13/cobra"
)

// matchOptions are the flags of `deskwire match`.
type matchOptions struct {
	in, gold  []string
	out       string
	level     string
	weights   string
	threshold float32
	cut       float32
	cutBoth   float32
	learn     bool
	why       bool
}

func (a *app) matchCmd() *cobra.Command {
	var o matchOptions
	cmd := a.jsonFlag(&cobra.Command{
		Use:   "match --in FILE --out FILE",
		Short: "Find what is the same news in a file of items, or learn to",
		Long: "Read items, one JSON object a line in the order of their arrival, and write to which group each belongs.\n" +
			"An item is {\"id\",\"source\",\"title\",\"summary\",\"published\"}; other members are ignored. For each, one line is written:\n" +
			"{\"id\",\"cluster\",\"kind\"}: the id of the group's first item, and what the item is to the earlier one it joined (version, copy,\n" +
			"coverage) or \"first\". Files whose names end in .gz are compressed; `-` is standard input or output.\n\n" +
			"Levels: a version is the same source's article, edited; a copy is the same text at another source; coverage is the same event in\n" +
			"other words, and holds both.\n\n" +
			"--gold FILE, {\"id\",\"gold\"} a line, scores the groups. With --learn, weights are learnt from --in and --gold, measured on parts\n" +
			"held out by time and by source, and written to --out; both flags may be given several times, and A+B completes the items of A\n" +
			"from B.",
		Example: "  deskwire match --in items.jsonl.gz --out clusters.jsonl --level copy\n" +
			"  deskwire match --in items.jsonl --out groups.jsonl --level version --gold gold.jsonl --json\n" +
			"  deskwire match --learn --level version --in items.jsonl --gold gold.jsonl --threshold .9 --out weights.json",
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.match(&o) },
	})
	f := cmd.Flags()
	f.StringArrayVar(&o.in, "in", []string{"-"}, "items: a `FILE`, or - for standard input")
	f.StringArrayVar(&o.gold, "gold", nil, "a `FILE` that says which items belong together")
	f.StringVar(&o.out, "out", "-", "where to write: a `FILE`, or - for standard output")
	f.StringVar(&o.level, "level", alike.Copy.String(), "version, copy or coverage")
	f.StringVar(&o.weights, "weights", "", "other weights than the program's: a `FILE` that --learn wrote")
	f.Float32Var(&o.threshold, "threshold", 0, "another threshold of the level, from 0 to 1")
	f.Float32Var(&o.cut, "cut", 0, "with --learn: the score, as learnt, that becomes the threshold")
	f.Float32Var(&o.cutBoth, "cut-both", 0, "the same for items of which title and summary are known, where it is another")
	f.BoolVar(&o.learn, "learn", false, "learn weights instead of grouping")
	f.BoolVar(&o.why, "why", false, "write the evidence of every decision")
	return cmd
}

func (a *app) match(o *matchOptions) error {
	level, err := alike.ParseLevel(o.level)
	switch {
	case err != nil:
		return misusef("--level: %w", err)
	case o.threshold < 0 || o.threshold > 1:
		return misusef("--threshold %g: not from 0 to 1", o.threshold)
	case o.cut < 0 || o.cut >= 1 || o.cut > 0 && (!o.learn || o.threshold == 0 || o.threshold == 1):
		return hint(misusef("--cut %g: a score between 0 and 1 that is to become --threshold, with --learn", o.cut), "deskwire match --learn --cut .95 --threshold .7 ...")
	case o.cutBoth < 0 || o.cutBoth >= 1 || o.cutBoth > 0 && o.cut == 0:
		return misusef("--cut-both %g: a score between 0 and 1, beside --cut", o.cutBoth)
	case o.learn && len(o.gold) != len(o.in):
		return hint(misusef("--learn: %d files of items and %d of what belongs together", len(o.in), len(o.gold)), "give one --gold for each --in, in the same order")
	case !o.learn && len(o.in) > 1:
		return misusef("--in: one file at a time")
	case !o.learn && len(o.gold) > 1:
		return misusef("--gold: one file at a time")
	case a.flag.json && o.out == "-":
		return hint(misusef("--json and --out - both write to standard output"), "deskwire match --out FILE --json")
	}
	model := alike.Default()
	if o.weights != "" {
		b, err := os.ReadFile(o.weights)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(b, model); err != nil {
			return fmt.Errorf("weights %s: %w", o.weights, err)
		}
	}
	if o.threshold > 0 {
		model.Threshold[level] = o.threshold
	}
	if o.learn {
		return a.learn(o, level, model)
	}
	return a.group(o, level, model)
}

// grouped is one line of the groups.
type grouped struct {
	ID      string   `json:"id"`
	Cluster string   `json:"cluster"`
	Kind    string   `json:"kind"`
	Why     *because `json:"why,omitempty"`
}

// because is the evidence of one decision.
type because struct {
	To        string             `json:"to,omitempty"`
	Score     float32            `json:"score,omitempty"`
	Threshold float32            `json:"threshold,omitempty"`
	Links     int                `json:"links,omitempty"` // of a group's members, whose mean the score is
	Features  map[string]float32 `json:"features,omitempty"`
	Refused   string             `json:"refused,omitempty"` // an earlier item that was the same but for a rule
	Rule      string             `json:"rule,omitempty"`
}

// matched is what `deskwire match --json` writes.
type matched struct {
	Level   string          `json:"level"`
	Items   int             `json:"items"`
	Groups  int             `json:"groups"` // of two or more
	Joined  int             `json:"joined"` // items that joined an earlier one
	Seconds float64         `json:"seconds"`
	Score   *learn.Score    `json:"score,omitempty"`
	Cross   *learn.Crossing `json:"cross,omitempty"`
}

// group reads items and writes groups, one after the other: memory holds what a window of news needs, and the ids.
func (a *app) group(o *matchOptions, level alike.Level, model *alike.Model) error {
	in, err := a.openItems(o.in[0])
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := a.createLines(o.out)
	if err != nil {
		return err
	}
	defer out.Abort()
	var (
		m      = alike.New(model)
		ids    []string
		known  = map[string]bool{}
		set    = &learn.Set{Name: o.in[0]}
		pred   []int
		size   = map[uint32]int{}
		sum    = matched{Level: level.String()}
		began  = time.Now()
		write  = json.NewEncoder(out)
		record learn.Record
	)
	write.SetEscapeHTML(false)
	err = learn.Lines(in, func(line []byte) error {
		record = learn.Record{}
		if err := json.Unmarshal(line, &record); err != nil {
			return err
		}
		item, err := record.Item()
		if err != nil {
			return err
		}
		if known[record.ID] {
			return fmt.Errorf("item %s: the id was there before", record.ID)
		}
		known[record.ID] = true
		ids = append(ids, record.ID)
		v := m.Add(&item)
		link := &v.Links[level]
		if len(o.gold) > 0 {
			set.Add(record.ID, item)
			pred = append(pred, int(link.Group))
		}
		g := grouped{ID: record.ID, Cluster: record.ID, Kind: "first"}
		if link.Joined(v.Ref) {
			g.Cluster, g.Kind = ids[link.Group], link.Kind.String()
			sum.Joined++
		}
		size[link.Group]++
		if o.why {
			g.Why = evidence(link, v.Ref, ids)
		}
		return write.Encode(g)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", o.in[0], err)
	}
	if err := out.Close(); err != nil {
		return err
	}
	sum.Items, sum.Seconds = len(ids), time.Since(began).Seconds()
	for _, n := range size {
		if n > 1 {
			sum.Groups++
		}
	}
	if len(o.gold) > 0 {
		if err := a.readGold(set, o.gold[0]); err != nil {
			return err
		}
		score, cross := learn.Measure(set, level, pred)
		sum.Score, sum.Cross = &score, cross
	}
	return a.showMatched(&sum)
}

// evidence is what a link rests on, nil when there is nothing to say.
func evidence(k *alike.Link, ref uint32, ids []string) *because {
	var b because
	if k.Joined(ref) {
		b = because{To: ids[k.To], Score: k.Score, Threshold: k.Threshold, Links: k.Linked, Features: map[string]float32{}}
		names := alike.FeatureNames()
		for _, r := range k.Because {
			if r.Weight != 0 {
				b.Features[names[r.Feature]] = r.Weight
			}
		}
	}
	if k.Veto != alike.VetoNone {
		b.Refused, b.Rule = ids[k.Vetoed], k.Veto.String()
	}
	if b.To == "" && b.Refused == "" {
		return nil
	}
	return &b
}

func (a *app) showMatched(s *matched) error {
	if a.flag.json {
		return writeJSON(a.out(), s)
	}
	a.talk("%d items, %d groups of two or more at level %s; %d joined an earlier item; %.1f s", s.Items, s.Groups, s.Level, s.Joined, s.Seconds)
	if x := s.Score; x != nil {
		a.talk("pairs: precision %.3f, recall %.3f, F1 %.3f; ARI %.3f; BCubed F1 %.3f", x.PairPrecision, x.PairRecall, x.PairF1, x.ARI, x.F1)
	}
	if x := s.Cross; x != nil {
		a.talk("across sources: recall %.3f of %d, %d merged", x.Recall, x.Wanted, x.Merged)
	}
	return nil
}

// learn learns the weights of a level, measures them on what was held out, and writes them.
func (a *app) learn(o *matchOptions, level alike.Level, model *alike.Model) error {
	var sets []*learn.Set
	for i := range o.in {
		set := &learn.Set{Name: o.in[i]}
		for name := range strings.SplitSeq(o.in[i], "+") {
			in, err := a.openItems(name)
			if err != nil {
				return err
			}
			err = set.ReadItems(in)
			in.Close()
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		for name := range strings.SplitSeq(o.gold[i], "+") {
			if err := a.readGold(set, name); err != nil {
				return err
			}
		}
		sets = append(sets, set)
	}
	course := learn.NewCourse(level, sets)
	if o.cut > 0 {
		for v := range course.Shift {
			course.Shift[v] = learn.Shift(o.cut, o.threshold)
		}
		if o.cutBoth > 0 {
			course.Shift[alike.ViewBoth] = learn.Shift(o.cutBoth, o.threshold)
		}
	}
	if err := course.Train(model, nil); err != nil {
		return err
	}
	figures, err := course.Figures(model)
	if err != nil {
		return err
	}
	model.Made[level] = o.command(model.Threshold[level])
	out, err := a.createLines(o.out)
	if err != nil {
		return err
	}
	defer out.Abort()
	if err := writeJSON(out, model); err != nil {
		return err
	}
	if err := out.Close(); err != nil {
		return err
	}
	if a.flag.json {
		return writeJSON(a.out(), figures)
	}
	for _, f := range figures {
		if f.Cross != nil {
			a.talk("%s, trained %s, threshold %.2f: recall across sources %.3f of %d, %d merged", f.Set, f.Trained, f.Threshold, f.Cross.Recall, f.Cross.Wanted, f.Cross.Merged)
			continue
		}
		a.talk("%s, trained %s, threshold %.2f: ARI %.3f, pair precision %.3f, recall %.3f, BCubed F1 %.3f", f.Set, f.Trained, f.Threshold,
			f.Score.ARI, f.Score.PairPrecision, f.Score.PairRecall, f.Score.F1)
	}
	return nil
}

// command is the command line that learns the same again, with the files' names alone.
func (o *matchOptions) command(threshold float32) string {
	var b strings.Builder
	fmt.Fprintf(&b, "deskwire match --learn --level %s --threshold %g", o.level, threshold)
	if o.cut > 0 {
		fmt.Fprintf(&b, " --cut %g", o.cut)
	}
	if o.cutBoth > 0 {
		fmt.Fprintf(&b, " --cut-both %g", o.cutBoth)
	}
	base := func(names string) string {
		parts := strings.Split(names, "+")
		for i, p := range parts {
			parts[i] = p[strings.LastIndexByte(p, '/')+1:]
		}
		return strings.Join(parts, "+")
	}
	for i := range o.in {
		fmt.Fprintf(&b, " --in %s --gold %s", base(o.in[i]), base(o.gold[i]))
	}
	return b.String()
}

func (a *app) readGold(set *learn.Set, name string) error {
	in, err := a.openItems(name)
	if err != nil {
		return err
	}
	defer in.Close()
	if err := set.ReadGold(in); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// openItems opens a file for reading, compressed or not by its name.
func (a *app) openItems(name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(a.env.Stdin), nil
	}
	f, err := os.Open(name)
	if err != nil || !strings.HasSuffix(name, ".gz") {
		return f, err
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return struct {
		io.Reader
		io.Closer
	}{z, f}, nil
}
