package store_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"probity/internal/access"
	"probity/internal/fault"
	"probity/internal/store/consents"
	"probity/internal/store/disputes"
	"probity/internal/store/erasures"
	"probity/internal/store/impacts"
	"probity/internal/store/jobs"
	"probity/internal/store/listings"
	"probity/internal/store/notices"
	"probity/internal/store/orders"
	"probity/internal/store/reads"
	"probity/internal/store/recalls"
	"probity/internal/store/repairs"
	"probity/internal/store/rulebooks"
	"probity/internal/store/rulings"
	"probity/internal/store/shadows"
)

// TestNothingWithoutItsPermit: whatever takes a permit of the Charter, or a scope that the desk opened, does nothing for the
// zero value of it, which nobody has permitted, and says so before it looks at anything else.
func TestNothingWithoutItsPermit(t *testing.T) {
	t.Parallel()
	db := fresh(t)
	asked, own := 0, reflect.TypeOf(db)
	for _, s := range []any{
		db, consents.In(db), disputes.In(db, nil), erasures.In(db), impacts.In(db), jobs.In(db), listings.In(db), notices.In(db),
		orders.In(db), reads.In(db), recalls.In(db), repairs.In(db, nil), rulebooks.In(db), rulings.In(db), shadows.In(db),
	} {
		v := reflect.ValueOf(s)
		for i := range v.NumMethod() {
			name := fmt.Sprintf("%T.%s", s, v.Type().Method(i).Name)
			if _, promoted := own.MethodByName(v.Type().Method(i).Name); !asksForPermit(v.Method(i).Type()) || promoted && embeds(v.Type(), own) {
				continue
			}
			asked++
			t.Run(name, func(t *testing.T) {
				// A refusal by the Charter, or, where the caller can only be a fault of the program, that fault by its name.
				var f *fault.Error
				if err := called(t.Context(), v.Method(i)); !errors.As(err, &f) || f.Code != fault.Refused && !strings.HasSuffix(f.Key, "permit") {
					t.Errorf("without a permit: %v", err)
				}
			})
		}
	}
	if asked < 40 {
		t.Errorf("only %d methods ask for a permit", asked)
	}
}

// embeds tells whether what the pointer points to has the other's methods as its own.
func embeds(pointer, other reflect.Type) bool {
	f, ok := pointer.Elem().FieldByName("Store")
	return ok && f.Anonymous && f.Type == other
}

// asksForPermit tells whether an argument is a permit or a scope, or holds one.
func asksForPermit(method reflect.Type) bool {
	for i := range method.NumIn() {
		if holdsPermit(method.In(i), 2) {
			return true
		}
	}
	return false
}

func holdsPermit(t reflect.Type, depth int) bool {
	switch {
	case depth == 0:
		return false
	case t == reflect.TypeFor[access.Scope](), strings.Contains(t.PkgPath(), "internal/charter") && sealed(t):
		return true
	case t.Kind() == reflect.Pointer:
		return holdsPermit(t.Elem(), depth)
	case t.Kind() == reflect.Struct && strings.HasPrefix(t.PkgPath(), "probity/"):
		for i := range t.NumField() {
			if holdsPermit(t.Field(i).Type, depth-1) {
				return true
			}
		}
	}
	return false
}

// sealed tells whether nobody but its own package can make a value of the type that says anything: so a permit is.
func sealed(t reflect.Type) bool {
	if t.Kind() != reflect.Struct || t.NumField() == 0 {
		return false
	}
	for i := range t.NumField() {
		if t.Field(i).IsExported() {
			return false
		}
	}
	return true
}

// called calls a method with the zero value of everything but the context, and gives its error; one that panics got further
// than it may.
func called(ctx context.Context, method reflect.Value) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("it went on, and failed: %v", p)
		}
	}()
	var with []reflect.Value
	for i := range method.Type().NumIn() {
		switch in := method.Type().In(i); {
		case in == reflect.TypeFor[context.Context]():
			with = append(with, reflect.ValueOf(ctx))
		case in.Kind() == reflect.Pointer:
			with = append(with, reflect.New(in.Elem()))
		default:
			with = append(with, reflect.Zero(in))
		}
	}
	out := method.Call(with)
	err, _ = out[len(out)-1].Interface().(error)
	return err
}
