package pattern

// Left is the account of what peers left.
func (g *Merge) Left() (cost int) {
	for _, r := range g.left {
		cost += r.cost + len(r.seats) + len(r.waiting)
	}
	return cost
}
