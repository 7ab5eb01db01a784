package org.domicile.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.bytes.StorageFailure;
import org.domicile.guard.Guard;
import org.domicile.guard.GuardedSchemas;
import org.domicile.guard.GuardedSchemas.Form;
import org.domicile.guard.GuardedSchemas.Told;
import org.domicile.guard.Refused;
import org.domicile.http.BasicLogin;
import org.domicile.http.Exchange;
import org.domicile.http.Headers;
import org.domicile.http.HttpHandler;
import org.domicile.http.Places;
import org.domicile.request.Caller;
import org.domicile.request.Request;
import org.domicile.schemas.Compatibility;
import org.domicile.schemas.Format;
import org.domicile.schemas.Reference;
import org.domicile.schemas.Registered;
import org.domicile.schemas.SchemaText;
import org.domicile.schemas.Schemas;

/** See the package's page. Safe for concurrent use. */
public final class RegistryDoor implements HttpHandler {
    /** Its place on the web listener. */
    public static final List<String> PATHS = List.of(Operation.ROOT);

    private static final System.Logger LOG = System.getLogger("org.domicile.registry");
    private static final String LOGIN = "schemas:Connect";
    private static final String TYPE = "application/vnd.schemaregistry.v1+json";
    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final int AT_ONCE = 64;
    private static final String LATEST = "latest";

    private final Guard guard;
    private final GuardedSchemas schemas;
    private final InstantSource clock;
    private final Places places = new Places(AT_ONCE);

    /** A door to a guard. */
    public RegistryDoor(Guard guard, GuardedSchemas schemas, InstantSource clock) {
        this.guard = guard;
        this.schemas = schemas;
        this.clock = clock;
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        if (!exchange.confidential()) {
            fail(
                    exchange,
                    new Failure(403, 40301, "Ask over https: a secret must not travel in clear."),
                    "");
            return;
        }
        Optional<Caller.Known> caller = caller(exchange);
        if (caller.isEmpty()) {
            guard.stranger(LOGIN, "bad-login");
            fail(
                    exchange,
                    new Failure(
                            401,
                            40101,
                            "Show your access key and its secret as Basic authentication."),
                    "");
            return;
        }
        Optional<Places.Place> place = places.take(caller.get().organisation());
        if (place.isEmpty()) {
            fail(exchange, new Failure(503, 50301, Places.NONE), "");
            return;
        }
        try (Places.Place _ = place.get()) {
            Operation.Asked asked = Operation.parse(exchange.method(), exchange.rawPath());
            new Answer(exchange, request(exchange, caller.get()), asked).serve();
        } catch (Failure e) {
            fail(exchange, e, e.use());
        } catch (Refused e) {
            fail(exchange, new Failure(403, 40301, sentence(e)), e.use());
        } catch (StorageFailure e) {
            fail(exchange, new Failure(503, 50001, sentence(e)), "");
        }
    }

    private static String sentence(Refused e) {
        return e.getMessage() + " (" + e.reason() + ")";
    }

    private static String sentence(StorageFailure e) {
        LOG.log(System.Logger.Level.WARNING, "schemas", e);
        return switch (e.kind()) {
            case OVERLOADED, FULL -> e.getMessage() + "; try again in a moment";
            case FENCED, CORRUPT, FOREIGN, CLOSED ->
                    e.getMessage() + "; its operator has to look at it ('domicile status')";
        };
    }

    private Optional<Caller.Known> caller(Exchange exchange) {
        return BasicLogin.of(exchange.headers())
                .flatMap(shown -> guard.identity().caller(shown.accessKey(), shown.secret()));
    }

    private Request request(Exchange exchange, Caller.Known caller) {
        Instant now = clock.instant();
        return new Request(
                exchange.requestId(),
                caller,
                "registry",
                guard.identity().zone(exchange.listener(), exchange.client().getAddress()),
                exchange.client().getAddress().getHostAddress(),
                now,
                now.plus(LONGEST),
                Optional.empty());
    }

    /** One request. Owned by its thread. */
    private final class Answer {
        private final Exchange exchange;
        private final Request request;
        private final Operation.Asked asked;
        private final Map<String, String> query;
        private final GuardedSchemas.Source body;

        Answer(Exchange exchange, Request request, Operation.Asked asked) {
            this.exchange = exchange;
            this.request = request;
            this.asked = asked;
            this.query = query(exchange);
            this.body = () -> Bodies.schema(exchange);
        }

        void serve() throws IOException {
            String subject = asked.subject();
            switch (asked.operation()) {
                case LIST_SUBJECTS -> listSubjects();
                case FIND_SCHEMA -> find();
                case DELETE_SUBJECT -> remove(Optional.empty());
                case LIST_VERSIONS -> {
                    Told<List<Integer>> told = schemas.versions(request, subject, shown());
                    if (told.answer().isEmpty()) {
                        throw Failure.noSubject(subject).of(told.use());
                    }
                    numbers(told, told.answer());
                }
                case REGISTER_SCHEMA -> register();
                case GET_VERSION -> {
                    Told<Registered> told = version();
                    answer(told.use(), json -> full(json, told.answer()));
                }
                case GET_VERSION_TEXT -> {
                    Told<Registered> told = version();
                    plain(told, told.answer().schema().text());
                }
                case LIST_BUILDERS -> {
                    int version = number().orElseGet(() -> version().answer().version());
                    Told<List<Integer>> told = schemas.builders(request, subject, version);
                    numbers(told, told.answer());
                }
                case DELETE_VERSION ->
                        remove(Optional.of(number().orElseGet(() -> version().answer().version())));
                case GET_SCHEMA -> {
                    Told<SchemaText> told = schema();
                    answer(
                            told.use(),
                            json -> {
                                json.writeStartObject();
                                fields(json, told.answer());
                                json.writeEndObject();
                            });
                }
                case GET_SCHEMA_TEXT -> {
                    Told<SchemaText> told = schema();
                    plain(told, told.answer().text());
                }
                case LIST_SCHEMA_VERSIONS -> {
                    Told<List<Schemas.Place>> told = placesOf();
                    answer(
                            told.use(),
                            json -> {
                                json.writeStartArray();
                                for (Schemas.Place each : told.answer()) {
                                    json.writeStartObject();
                                    json.writeStringField("subject", each.subject());
                                    json.writeNumberField("version", each.version());
                                    json.writeEndObject();
                                }
                                json.writeEndArray();
                            });
                }
                case LIST_SCHEMA_SUBJECTS -> {
                    Told<List<Schemas.Place>> told = placesOf();
                    texts(
                            told.use(),
                            told.answer().stream().map(Schemas.Place::subject).distinct().toList());
                }
                case LIST_TYPES ->
                        texts("", List.of(Format.values()).stream().map(Format::name).toList());
                case COMPARE_SCHEMA -> compare(Optional.empty());
                case COMPARE_VERSION ->
                        compare(
                                Optional.of(
                                        number().orElseGet(() -> version().answer().version())));
                case GET_LEVEL, GET_SUBJECT_LEVEL -> level();
                case SET_LEVEL, SET_SUBJECT_LEVEL -> setLevel();
                case UNSET_LEVEL, UNSET_SUBJECT_LEVEL -> unsetLevel();
                case GET_MODE, GET_SUBJECT_MODE -> one("", "mode", "READWRITE");
            }
        }

        // what requests say

        private Map<String, String> query(Exchange exchange) {
            Map<String, String> values = new HashMap<>();
            for (String each : exchange.rawQuery().split("&", -1)) {
                int equals = each.indexOf('=');
                try {
                    values.put(
                            equals < 0 ? each : each.substring(0, equals),
                            equals < 0 ? "" : URLDecoder.decode(each.substring(equals + 1), UTF_8));
                } catch (IllegalArgumentException e) {
                    throw new Failure(400, 400, "A parameter is not encoded as it should.");
                }
            }
            return values;
        }

        private boolean says(String name) {
            return query.getOrDefault(name, "").equalsIgnoreCase("true");
        }

        private Schemas.Shown shown() {
            return says("deleted") ? Schemas.Shown.ALL : Schemas.Shown.LIVE;
        }

        private Form form() {
            return query.getOrDefault("format", "").equals("serialized")
                    ? Form.SERIALISED
                    : Form.TEXT;
        }

        private Optional<String> subject() {
            return asked.subject().isEmpty() ? Optional.empty() : Optional.of(asked.subject());
        }

        /** Empty for the newest. */
        private Optional<Integer> number() {
            String text = asked.version();
            if (text.equals(LATEST) || text.equals("-1")) {
                return Optional.empty();
            }
            if (!text.matches("[1-9][0-9]{0,8}")) {
                throw new Failure(422, 42202, "A version is a number from 1 on, or 'latest'.");
            }
            return Optional.of(Integer.valueOf(text));
        }

        private int id() {
            if (!asked.id().matches("[0-9]{1,9}|1[0-9]{9}")) {
                throw Failure.noSchema();
            }
            return Integer.parseInt(asked.id());
        }

        /** What is there; a no says the use under which it was looked for. */
        private <T> Told<T> present(Told<Optional<T>> told, Failure absent) {
            return new Told<>(told.answer().orElseThrow(() -> absent.of(told.use())), told.use());
        }

        // what is told

        private void listSubjects() throws IOException {
            Told<List<String>> told = schemas.subjects(request, shown());
            String prefix = query.getOrDefault("subjectPrefix", "");
            texts(
                    told.use(),
                    told.answer().stream().filter(each -> each.startsWith(prefix)).toList());
        }

        private Told<Registered> version() {
            Told<Optional<Registered>> told =
                    schemas.version(request, asked.subject(), number(), shown(), form());
            if (told.answer().isEmpty()
                    && schemas.versions(request, asked.subject(), shown()).answer().isEmpty()) {
                throw Failure.noSubject(asked.subject()).of(told.use());
            }
            return present(told, Failure.noVersion(asked.version()));
        }

        private Told<SchemaText> schema() {
            return present(schemas.schema(request, id(), form()), Failure.noSchema());
        }

        private Told<List<Schemas.Place>> placesOf() {
            Told<List<Schemas.Place>> told = schemas.places(request, id(), shown());
            if (told.answer().isEmpty()) {
                throw Failure.noSchema().of(told.use());
            }
            return told;
        }

        private void find() throws IOException {
            Told<Schemas.Found> told = schemas.find(request, asked.subject(), body, shown());
            switch (told.answer()) {
                case Schemas.Found.Version(Registered version) ->
                        answer(told.use(), json -> full(json, version));
                case Schemas.Found.NoSubject _ ->
                        throw Failure.noSubject(asked.subject()).of(told.use());
                case Schemas.Found.NoVersion _ -> throw Failure.noSchema().of(told.use());
                case Schemas.Found.Invalid(String why) ->
                        throw Failure.malformed(why).of(told.use());
            }
        }

        private void register() throws IOException {
            Told<Schemas.Registering> told = schemas.register(request, asked.subject(), body);
            switch (told.answer()) {
                case Schemas.Registering.Done(Registered version) ->
                        answer(
                                told.use(),
                                json -> {
                                    json.writeStartObject();
                                    json.writeNumberField("id", version.id());
                                    json.writeNumberField("version", version.version());
                                    json.writeEndObject();
                                });
                case Schemas.Registering.Invalid(String why) ->
                        throw Failure.malformed(why).of(told.use());
                case Schemas.Registering.Incompatible(List<String> why) ->
                        throw new Failure(409, 409, String.join(" ", why)).of(told.use());
                case Schemas.Registering.Full(String why) ->
                        throw new Failure(422, 42209, why).of(told.use());
            }
        }

        private void compare(Optional<Integer> version) throws IOException {
            Told<Schemas.Compared> told = schemas.compare(request, asked.subject(), version, body);
            List<String> why =
                    switch (told.answer()) {
                        case Schemas.Compared.Compatible _ -> List.of();
                        case Schemas.Compared.Incompatible(List<String> reasons) -> reasons;
                        case Schemas.Compared.NoSubject _ -> {
                            if (version.isPresent()) {
                                throw Failure.noSubject(asked.subject()).of(told.use());
                            }
                            yield List.of(); // the first of a subject follows on nothing
                        }
                        case Schemas.Compared.NoVersion _ ->
                                throw Failure.noVersion(asked.version()).of(told.use());
                        case Schemas.Compared.Invalid(String invalid) ->
                                throw Failure.malformed(invalid).of(told.use());
                    };
            answer(
                    told.use(),
                    json -> {
                        json.writeStartObject();
                        json.writeBooleanField("is_compatible", why.isEmpty());
                        if (says("verbose")) {
                            json.writeArrayFieldStart("messages");
                            for (String each : why) {
                                json.writeString(each);
                            }
                            json.writeEndArray();
                        }
                        json.writeEndObject();
                    });
        }

        private void remove(Optional<Integer> version) throws IOException {
            Schemas.Removal how =
                    says("permanent") ? Schemas.Removal.PERMANENT : Schemas.Removal.SOFT;
            Told<Schemas.Removing> told = schemas.remove(request, asked.subject(), version, how);
            boolean one = version.isPresent();
            switch (told.answer()) {
                case Schemas.Removing.Done(List<Integer> versions) -> {
                    if (one) {
                        answer(told.use(), json -> json.writeNumber(versions.getFirst()));
                    } else {
                        numbers(told, versions);
                    }
                }
                case Schemas.Removing.NoSubject _ ->
                        throw Failure.noSubject(asked.subject()).of(told.use());
                case Schemas.Removing.NoVersion _ ->
                        throw Failure.noVersion(asked.version()).of(told.use());
                case Schemas.Removing.Already _ ->
                        throw new Failure(
                                        404,
                                        one ? 40406 : 40404,
                                        "It is deleted softly already; permanent=true deletes it"
                                                + " for good.")
                                .of(told.use());
                case Schemas.Removing.NotYet _ ->
                        throw new Failure(
                                        404,
                                        one ? 40407 : 40405,
                                        "Delete it softly first, without permanent=true.")
                                .of(told.use());
                case Schemas.Removing.Referenced(String by) ->
                        throw new Failure(
                                        422,
                                        42206,
                                        "Other schemas build on it (%s): delete those first."
                                                .formatted(by))
                                .of(told.use());
            }
        }

        // what new versions have to be able to do

        private void level() throws IOException {
            Told<Optional<Compatibility>> own = schemas.compatibility(request, subject());
            if (own.answer().isPresent() || subject().isEmpty()) {
                one(
                        own.use(),
                        "compatibilityLevel",
                        own.answer().orElse(Compatibility.BACKWARD).name());
                return;
            }
            if (!says("defaultToGlobal")) {
                throw new Failure(
                                404,
                                40408,
                                "Nothing is set for this subject; what holds for all of the"
                                        + " organisation is at /schemas/config.")
                        .of(own.use());
            }
            Told<Optional<Compatibility>> all = schemas.compatibility(request, Optional.empty());
            one(
                    all.use(),
                    "compatibilityLevel",
                    all.answer().orElse(Compatibility.BACKWARD).name());
        }

        private void setLevel() throws IOException {
            Compatibility[] level = new Compatibility[1];
            Told<Boolean> told =
                    schemas.configure(
                            request,
                            subject(),
                            () -> {
                                level[0] = Bodies.level(exchange);
                                return Optional.of(level[0]);
                            });
            if (!told.answer()) {
                throw new Failure(
                                422,
                                42209,
                                "An organisation has at most %d subjects."
                                        .formatted(Schemas.MOST_SUBJECTS))
                        .of(told.use());
            }
            one(told.use(), "compatibility", level[0].name());
        }

        private void unsetLevel() throws IOException {
            Told<Boolean> told = schemas.configure(request, subject(), Optional::empty);
            one(told.use(), "compatibilityLevel", Compatibility.BACKWARD.name());
        }

        // answers

        private void full(JsonGenerator json, Registered version) throws IOException {
            json.writeStartObject();
            json.writeStringField("subject", version.subject());
            json.writeNumberField("id", version.id());
            json.writeNumberField("version", version.version());
            fields(json, version.schema());
            if (version.deleted()) {
                json.writeBooleanField("deleted", true);
            }
            json.writeEndObject();
        }

        /** The language goes without saying where it is Avro. */
        private void fields(JsonGenerator json, SchemaText schema) throws IOException {
            if (schema.format() != Format.AVRO) {
                json.writeStringField("schemaType", schema.format().name());
            }
            if (!schema.references().isEmpty()) {
                json.writeArrayFieldStart("references");
                for (Reference each : schema.references()) {
                    json.writeStartObject();
                    json.writeStringField("name", each.name());
                    json.writeStringField("subject", each.subject());
                    json.writeNumberField("version", each.version());
                    json.writeEndObject();
                }
                json.writeEndArray();
            }
            json.writeStringField("schema", schema.text());
        }

        private void numbers(Told<?> told, List<Integer> numbers) throws IOException {
            answer(
                    told.use(),
                    json -> {
                        json.writeStartArray();
                        for (int each : numbers) {
                            json.writeNumber(each);
                        }
                        json.writeEndArray();
                    });
        }

        private void texts(String use, List<String> texts) throws IOException {
            answer(
                    use,
                    json -> {
                        json.writeStartArray();
                        for (String each : texts) {
                            json.writeString(each);
                        }
                        json.writeEndArray();
                    });
        }

        private void one(String use, String name, String value) throws IOException {
            answer(
                    use,
                    json -> {
                        json.writeStartObject();
                        json.writeStringField(name, value);
                        json.writeEndObject();
                    });
        }

        private void answer(String use, Body content) throws IOException {
            exchange.respond(200, headers(TYPE, use), ByteBuffer.wrap(bytes(content)));
        }

        private void plain(Told<?> told, String text) throws IOException {
            exchange.respond(
                    200,
                    headers("text/plain; charset=utf-8", told.use()),
                    ByteBuffer.wrap(text.getBytes(UTF_8)));
        }
    }

    private interface Body {
        void write(JsonGenerator json) throws IOException;
    }

    private static Headers headers(String type, String use) {
        Headers headers =
                new Headers()
                        .add("Content-Type", type)
                        .add("Cache-Control", "no-store")
                        .add("X-Content-Type-Options", "nosniff");
        return use.isEmpty() ? headers : headers.add("x-domicile-use", use);
    }

    private static byte[] bytes(Body body) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = Bodies.JSON.createGenerator(bytes)) {
            body.write(json);
        }
        return bytes.toByteArray();
    }

    private static void fail(Exchange exchange, Failure failure, String use) throws IOException {
        if (exchange.responded()) {
            return; // the answer ends without its end
        }
        Headers headers = headers(TYPE, use);
        switch (failure.status()) {
            case 401 -> headers.add("WWW-Authenticate", "Basic realm=\"domicile\"");
            case 405 -> headers.add("Allow", "GET, POST, PUT, DELETE");
            case 503 -> headers.add("Retry-After", "5");
            default -> {}
        }
        exchange.respond(
                failure.status(),
                headers,
                ByteBuffer.wrap(
                        bytes(json -> {
                            json.writeStartObject();
                            json.writeNumberField("error_code", failure.code());
                            json.writeStringField("message", failure.sentence());
                            json.writeEndObject();
                        })));
    }
}
