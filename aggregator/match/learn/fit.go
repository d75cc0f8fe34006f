package learn

import (
	"errors"
	"math"

	"deskwire/aggregator/match/alike"
)

// A Sample is a pair of items and whether they belong together.
type Sample struct {
	X      alike.Vector
	Yes    bool
	Weight float32
}

// steps is how many Newton steps are taken at most; a dozen is usual.
const steps = 30

// Fit finds the weights of a logistic regression: those under which the samples are likeliest, each weight kept by decay to
// what is believed of it before. A feature that is the same in all samples gets that.
func Fit(samples []Sample, decay float64, prior *alike.Vector) (alike.Vector, error) {
	const n = alike.Features
	var w [n]float64
	if len(samples) == 0 {
		return alike.Vector{}, errors.New("no samples")
	}
	for range steps {
		var grad [n]float64
		var hess [n][n]float64
		for i := range n {
			if i > 0 {
				grad[i] = -decay * (w[i] - float64(prior[i]))
				hess[i][i] = decay
			} else {
				hess[i][i] = 1e-6
			}
		}
		for k := range samples {
			s := &samples[k]
			sum := 0.0
			var on [n]int
			m := 0
			for i, v := range s.X {
				if v != 0 {
					sum += w[i] * float64(v)
					on[m] = i
					m++
				}
			}
			p := 1 / (1 + math.Exp(-sum))
			y := 0.0
			if s.Yes {
				y = 1
			}
			wt := float64(s.Weight)
			d, h := wt*(y-p), wt*p*(1-p)
			for a := range m {
				i := on[a]
				v := float64(s.X[i])
				grad[i] += d * v
				for b := range a + 1 {
					hess[i][on[b]] += h * v * float64(s.X[on[b]])
				}
			}
		}
		step, err := solve(&hess, &grad)
		if err != nil {
			return alike.Vector{}, err
		}
		largest := 0.0
		for i := range n {
			w[i] += step[i]
			largest = max(largest, math.Abs(step[i]))
		}
		if largest < 1e-5 {
			break
		}
	}
	var out alike.Vector
	for i := range n {
		out[i] = float32(math.Round(w[i]*1e4) / 1e4)
	}
	return out, nil
}

// solve solves a symmetric system of which the lower half is given, by Cholesky's method.
func solve(a *[alike.Features][alike.Features]float64, b *[alike.Features]float64) (x [alike.Features]float64, err error) {
	const n = alike.Features
	for j := range n {
		for k := range j {
			a[j][j] -= a[j][k] * a[j][k]
		}
		if a[j][j] <= 1e-12 {
			return x, errors.New("the features are not independent")
		}
		a[j][j] = math.Sqrt(a[j][j])
		for i := j + 1; i < n; i++ {
			for k := range j {
				a[i][j] -= a[i][k] * a[j][k]
			}
			a[i][j] /= a[j][j]
		}
	}
	for i := range n {
		x[i] = b[i]
		for k := range i {
			x[i] -= a[i][k] * x[k]
		}
		x[i] /= a[i][i]
	}
	for i := n - 1; i >= 0; i-- {
		for k := i + 1; k < n; k++ {
			x[i] -= a[k][i] * x[k]
		}
		x[i] /= a[i][i]
	}
	return x, nil
}
