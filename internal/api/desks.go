package api

import (
	"context"
	"encoding/hex"
	"strconv"
	"strings"
	"sync"
	"time"

	"probity/internal/deployment"
	"probity/internal/dispute"
	"probity/internal/measure"
	"probity/internal/rating"
	"probity/internal/repair"
	"probity/internal/store/rulebooks"
)

// services are those that stand on the models in force.
type services struct {
	ratings  *rating.Desk
	measures *measure.Service
	disputes *dispute.Service
	repairs  *repair.Service
}

// desks keeps the services ready, and makes them anew when other models are in force: compiling them for each request would
// cost more than most answers.
type desks struct {
	room *deployment.Deployment
	mu   sync.Mutex
	have *services
	// mark is of the versions they were made of, looked the instant at which that was last looked at.
	mark   string
	looked time.Time
}

// lookEvery is how old what is known of the models in force may be. Another process may have put one in force; what is
// done over this API itself is looked at at once.
const lookEvery = 5 * time.Second

func newDesks(room *deployment.Deployment) *desks { return &desks{room: room} }

// forget has the models looked at again by the next request.
func (d *desks) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.looked = time.Time{}
}

// current are the services on the models in force.
func (d *desks) current(ctx context.Context) (*services, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.room.Now()
	if d.have != nil && now.Sub(d.looked) < lookEvery {
		return d.have, nil
	}
	mark, err := d.inForce(ctx)
	if err != nil {
		return nil, err
	}
	if d.have == nil || mark != d.mark {
		ratings, err := d.room.Ratings(ctx)
		if err != nil {
			return nil, err
		}
		d.have = &services{ratings, d.room.Measures(ratings), d.room.Disputes(ratings), d.room.Repairs(ratings)}
	}
	d.mark, d.looked = mark, now
	return d.have, nil
}

// inForce is a text that changes whenever other versions are in force.
func (d *desks) inForce(ctx context.Context) (string, error) {
	all, err := rulebooks.In(d.room.Store).All(ctx)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, m := range all {
		if m.State == rulebooks.Active {
			b.WriteString(m.Code + "@" + strconv.Itoa(m.Version) + ":" + hex.EncodeToString(m.Digest) + "\n")
		}
	}
	return b.String(), nil
}
