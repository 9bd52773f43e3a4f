// Package api is what agencies' and lenders' systems, and programmers of any kind, call over HTTP: the same acts and
// readings as on the command line, by the same services, under /v1. The served document at /openapi.json says what each
// route takes and gives; requests that are not as it says are refused.
//
// Who asks comes from the credential, by one middleware; what a reading is for comes in headers, so that it stands in no
// address and in no log. Each reading is recorded before its answer leaves.
package api

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/klauspost/compress/gzhttp"

	"probity/internal/api/oauth"
	"probity/internal/deployment"
	"probity/internal/fault"
)

// API answers for one deployment. It is safe for concurrent use.
type API struct {
	room   *deployment.Deployment
	auth   Authenticator
	log    *slog.Logger
	origin string
	rest   http.Handler
	desks  *desks
	mux    *http.ServeMux
	huma   huma.API
	// paper writes operations into the same document whose handlers are our own.
	paper  huma.API
	routes []Route
}

// Route is one operation, as the list of all routes has it.
type Route struct {
	Method, Path, ID string
	// Public needs no credential.
	Public bool
}

// Options are what an API is made of, beside its deployment.
type Options struct {
	// Authenticator says whose credential a request shows; nil takes access tokens and signatures of agencies' systems, and
	// local credentials, see [Usual].
	Authenticator Authenticator
	// Origin is the address under which the server is reached, such as https://probity.example: what signed requests name,
	// assertions are meant for and the catalogue is published under. "" takes it from each request.
	Origin string
	// Rest answers what is not the API's, such as the pages; nil is a problem.
	Rest http.Handler
	// Log takes faults of our own.
	Log *slog.Logger
	// Version is that of the program, for the document.
	Version string
}

// New makes the API of a deployment.
func New(room *deployment.Deployment, o Options) *API {
	a := &API{room: room, origin: o.Origin, rest: o.Rest, auth: o.Authenticator, log: o.Log, desks: newDesks(room), mux: http.NewServeMux()}
	if a.auth == nil {
		a.auth = Usual(room, o.Origin)
	}
	a.huma = humago.New(a.mux, configuration(o.Version))
	a.paper = huma.NewAPI(huma.Config{OpenAPI: a.huma.OpenAPI(), Formats: huma.DefaultFormats}, unheard{})
	a.decisionRoutes()
	a.ratingRoutes()
	a.subjectRoutes()
	a.submissionRoutes()
	a.catalogueRoutes()
	a.modelRoutes()
	a.consentRoutes()
	a.orderRoutes()
	a.disputeRoutes()
	a.repairRoutes()
	a.lookedRoutes()
	a.eventRoutes()
	a.tidyDocument()
	return a
}

// Usual takes access tokens and signatures of agencies' systems, and local credentials; origin is as in [Options].
func Usual(room *deployment.Deployment, origin string) Either {
	return Either{Bearer{room.Access}, Signature{room.Access, origin}, Basic{room.Access}}
}

// Routes are all operations that need or need no credential, in the order in which they were made.
func (a *API) Routes() []Route { return a.routes }

// Handler answers /v1, the catalogue, the document, and systems that ask for access tokens.
func (a *API) Handler() http.Handler {
	top := http.NewServeMux()
	known := compressed(a.authenticated(a.once(a.mux)))
	top.Handle("/v1/", known)
	systems := &oauth.Endpoints{Desk: a.room.Identity(), Origin: a.origin, Log: a.log}
	top.Handle("/oauth/", systems.Handler())
	top.Handle("GET "+oauth.MetadataPath, systems.Handler())
	top.Handle("GET /catalog", compressed(a.mux))
	top.Handle("GET /openapi.json", compressed(a.mux))
	top.Handle("GET /openapi.yaml", compressed(a.mux))
	if a.rest != nil {
		top.Handle("/", a.rest)
		return top
	}
	top.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		a.fail(w, r, fault.New(fault.NotFound, "api.route", "there is no such route").With("see the document of the API at /openapi.json"))
	})
	return top
}

// compressed sends answers of some size with gzip to those who take it.
func compressed(next http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(1400), gzhttp.ContentTypeFilter(gzhttp.DefaultContentTypeFilter))
	if err != nil {
		panic(err) // the options are constants
	}
	return wrap(next)
}

// tidyDocument takes the framework's own form of problems out of the document: nobody is sent it.
func (a *API) tidyDocument() {
	delete(a.huma.OpenAPI().Components.Schemas.Map(), "HumaErrorModel")
	delete(a.huma.OpenAPI().Components.Schemas.Map(), "HumaErrorDetail")
}

func (a *API) now() time.Time { return a.room.Now() }

// Document is the OpenAPI document that is served.
func (a *API) Document() *huma.OpenAPI { return a.huma.OpenAPI() }
