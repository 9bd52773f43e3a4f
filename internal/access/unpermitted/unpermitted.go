// Package unpermitted is for tests that ask whether a room does anything for those whom nobody has permitted it: it finds
// the methods that take a permit of the Charter, or a scope that the desk opened, and calls them with the zero value of it.
package unpermitted

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"probity/internal/access"
)

// Method is a method of a room that takes a permit or a scope.
type Method struct {
	// Name is the room's type with the method's name.
	Name string
	call reflect.Value
}

// Of are the methods of a room, which is a pointer, that take a permit or a scope, or something that holds one; those that
// come with a room embedded in it, of the type of one of the others, are left out.
func Of(room any, others ...any) (list []Method) {
	v := reflect.ValueOf(room)
	for i := range v.NumMethod() {
		method := v.Type().Method(i)
		if asks(v.Method(i).Type()) && !promoted(v.Type(), method.Name, others) {
			list = append(list, Method{fmt.Sprintf("%T.%s", room, method.Name), v.Method(i)})
		}
	}
	return list
}

func promoted(room reflect.Type, method string, others []any) bool {
	for _, other := range others {
		t := reflect.TypeOf(other)
		for i := range room.Elem().NumField() {
			if f := room.Elem().Field(i); f.Anonymous && f.Type == t && room != t {
				if _, has := t.MethodByName(method); has {
					return true
				}
			}
		}
	}
	return false
}

// asks tells whether an argument is a permit or a scope, or holds one.
func asks(method reflect.Type) bool {
	for in := range method.Ins() {
		if holds(in, 2) {
			return true
		}
	}
	return false
}

func holds(t reflect.Type, depth int) bool {
	switch {
	case depth == 0:
		return false
	case t == reflect.TypeFor[access.Scope](), strings.Contains(t.PkgPath(), "internal/charter") && sealed(t):
		return true
	case t.Kind() == reflect.Pointer:
		return holds(t.Elem(), depth)
	case t.Kind() == reflect.Struct && strings.HasPrefix(t.PkgPath(), "probity/"):
		for f := range t.Fields() {
			if holds(f.Type, depth-1) {
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
	for f := range t.Fields() {
		if f.IsExported() {
			return false
		}
	}
	return true
}

// Call calls the method with the zero value of everything but the context, and gives its error; a method that panics got
// further than it may.
func (m Method) Call(ctx context.Context) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("it went on, and failed: %v", p)
		}
	}()
	var with []reflect.Value
	t := m.call.Type()
	for i := range t.NumIn() {
		switch in := t.In(i); {
		case in == reflect.TypeFor[context.Context]():
			with = append(with, reflect.ValueOf(ctx))
		case t.IsVariadic() && i == t.NumIn()-1:
		case in.Kind() == reflect.Pointer:
			with = append(with, reflect.New(in.Elem()))
		default:
			with = append(with, reflect.Zero(in))
		}
	}
	out := m.call.Call(with)
	err, _ = out[len(out)-1].Interface().(error)
	return err
}
