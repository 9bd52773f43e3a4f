package rating

import (
	"context"

	"probity/calendar"
	"probity/internal/subject"
)

// May asks the Charter, for each of the subjects in their order, whether it may be rated by the model on the day: by its
// own consent where it has to give one (C1). It uses up no consent.
func (d *Desk) May(ctx context.Context, m *Model, page []subject.Subject, on calendar.Day) ([]bool, error) {
	people, err := d.people(ctx, page)
	if err != nil {
		return nil, err
	}
	may := make([]bool, len(page))
	for i, s := range page {
		_, err := people.permit(m, s, on)
		if err != nil && !refused(err) {
			return nil, err
		}
		may[i] = err == nil
	}
	return may, nil
}
