package org.domicile.iceberg;

import java.io.EOFException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.ProtocolException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.domicile.bytes.StorageFailure;
import org.domicile.guard.Guard;
import org.domicile.guard.GuardedSessions;
import org.domicile.guard.GuardedTables;
import org.domicile.guard.Identity;
import org.domicile.guard.Refused;
import org.domicile.http.BasicLogin;
import org.domicile.http.Exchange;
import org.domicile.http.Headers;
import org.domicile.http.HttpHandler;
import org.domicile.request.Caller;
import org.domicile.request.Request;
import org.domicile.tables.Kind;
import org.domicile.tables.Loaded;
import org.domicile.tables.NamespaceName;
import org.domicile.tables.NewNamespace;
import org.domicile.tables.NewTable;
import org.domicile.tables.NewView;
import org.domicile.tables.Once;
import org.domicile.tables.Page;
import org.domicile.tables.PlanAsked;
import org.domicile.tables.PropertiesChange;
import org.domicile.tables.Refusal;
import org.domicile.tables.Registration;
import org.domicile.tables.Renaming;
import org.domicile.tables.TableChange;
import org.domicile.tables.TableName;
import org.domicile.tables.TableUpkeep;
import org.domicile.tables.Tables;
import org.domicile.tables.ViewChange;

/** See the package's page. Safe for concurrent use. */
public final class IcebergDoor implements HttpHandler {
    /** Its place on the web listener. */
    public static final List<String> PATHS = List.of("/iceberg/");

    private static final System.Logger LOG = System.getLogger("org.domicile.iceberg");
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final int AT_ONCE = 256;
    private static final int LARGE_AT_ONCE = 4;
    private static final int LARGE = 1 << 20;
    private static final int LONGEST_BODY = 16 << 20;
    private static final int LONGEST_FORM = 16 << 10;
    private static final int MOST_PAGES = 1_000;

    /** A load with fresh credentials is another answer than one with old ones. */
    private static final Duration CREDENTIALS_STAND = Duration.ofMinutes(30);

    private final Guard guard;
    private final Function<Request, GuardedTables> tables;
    private final IcebergOptions options;
    private final InstantSource clock;
    private final Semaphore places = new Semaphore(AT_ONCE);
    private final Semaphore large = new Semaphore(LARGE_AT_ONCE);
    private final Turns turns = new Turns(System::nanoTime);

    /**
     * @param tables the guarded catalog under a request
     */
    public IcebergDoor(
            Guard guard,
            Function<Request, GuardedTables> tables,
            IcebergOptions options,
            InstantSource clock) {
        this.guard = guard;
        this.tables = tables;
        this.options = options;
        this.clock = clock;
    }

    /** What is answered. */
    private record Answer(int status, String body, Map<String, String> headers) {
        static Answer of(String body) {
            return new Answer(200, body, Map.of());
        }

        static Answer nothing() {
            return new Answer(204, "", Map.of());
        }
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        if (!places.tryAcquire()) {
            fail(exchange, Errors.of(StorageFailure.Kind.OVERLOADED, Operation.GET_CONFIG), "");
            return;
        }
        try {
            serve(exchange);
        } finally {
            places.release();
        }
    }

    private void serve(Exchange exchange) throws IOException {
        Asked asked;
        try {
            asked = Asked.parse(exchange.method(), exchange.rawPath(), exchange.rawQuery());
        } catch (Failure e) {
            guard.stranger("iceberg:Unknown", e.type());
            fail(exchange, e, "");
            return;
        }
        try {
            if (asked.operation() == Operation.GET_TOKEN) {
                token(exchange);
            } else {
                known(exchange, asked);
            }
        } catch (Failure e) {
            fail(exchange, e, "");
        } catch (EOFException | ProtocolException e) {
            fail(exchange, Failure.bad("The body did not arrive as it was promised."), "");
        } catch (StorageFailure e) {
            broken(exchange, asked.operation(), e);
        } catch (RuntimeException e) {
            if (exchange.responded()) {
                throw e;
            }
            LOG.log(Level.ERROR, "request=" + exchange.requestId() + " is a bug", e);
            fail(
                    exchange,
                    new Failure(500, "InternalServerError", "An error of ours; the log has it."),
                    "");
        }
    }

    private void broken(Exchange exchange, Operation operation, StorageFailure e)
            throws IOException {
        if (exchange.responded()) {
            throw e;
        }
        LOG.log(
                Level.ERROR,
                "request={0} failed={1}: {2}",
                exchange.requestId(),
                e.kind(),
                e.getMessage());
        fail(exchange, Errors.of(e.kind(), operation), "");
    }

    // who asks

    private void token(Exchange exchange) throws IOException {
        Identity identity = guard.identity();
        Instant now = clock.instant();
        String body;
        String use = "";
        try {
            Map<String, String> form = Tokens.form(body(exchange, LONGEST_FORM));
            Tokens.Grant grant = Tokens.grant(form, BasicLogin.of(exchange.headers()), identity);
            switch (grant) {
                case Tokens.Grant.Fresh(Caller.Known caller) -> {
                    GuardedSessions sessions = guard.sessions(request(exchange, caller));
                    body = Tokens.fresh(sessions, identity, now);
                    use = sessions.use();
                }
                case Tokens.Grant.Shown(String token) -> body = Tokens.shown(token, identity, now);
            }
        } catch (Tokens.Wrong e) {
            if (e.claimed().isPresent()) {
                guard.sessions(request(exchange, e.claimed().get()))
                        .refuse(Operation.GET_TOKEN.action(), e.code());
            } else {
                guard.stranger(Operation.GET_TOKEN.action(), e.code());
            }
            respond(exchange, e.status(), headers(""), e.body());
            return;
        } catch (Refused e) {
            respond(
                    exchange,
                    403,
                    headers(e.use()),
                    Json.object(out -> {
                        out.writeStringField("error", "access_denied");
                        out.writeStringField("error_description", String.valueOf(e.getMessage()));
                    }));
            return;
        } catch (GuardedSessions.Declined e) {
            respond(
                    exchange,
                    400,
                    headers(""),
                    Json.object(out -> {
                        out.writeStringField("error", "invalid_request");
                        out.writeStringField("error_description", String.valueOf(e.getMessage()));
                    }));
            return;
        }
        respond(exchange, 200, headers(use), body);
    }

    private record Sender(Caller.Known caller, byte[] body) {}

    private void known(Exchange exchange, Asked asked) throws IOException {
        String authorization = exchange.headers().first("Authorization").orElse("");
        Sender sender;
        try {
            sender = sender(exchange, authorization);
        } catch (Failure e) {
            Optional<Caller.Known> claimed =
                    e.status() == 401 ? claimed(authorization) : Optional.empty();
            if (claimed.isPresent()) {
                tables.apply(request(exchange, claimed.get()))
                        .refuse(asked.operation().action(), e.type());
            } else {
                guard.stranger(asked.operation().action(), e.type());
            }
            throw e;
        }
        GuardedTables view = tables.apply(request(exchange, sender.caller()));
        boolean big = sender.body().length > LARGE;
        if (big && !large.tryAcquire()) {
            throw Errors.of(StorageFailure.Kind.OVERLOADED, asked.operation());
        }
        try {
            Answer answer = answer(new Call(exchange, asked, sender, view));
            Headers headers = headers(view.use());
            answer.headers().forEach(headers::add);
            respond(exchange, answer.status(), headers, answer.body());
        } catch (Failure e) {
            if (view.use().isEmpty()) {
                view.refuse(asked.operation().action(), e.type());
            }
            fail(exchange, e, view.use());
        } catch (Refused e) {
            fail(exchange, Errors.of(e), e.use());
        } catch (Refusal e) {
            if (view.use().isEmpty()) {
                view.refuse(asked.operation().action(), e.kind().name());
            }
            fail(exchange, Errors.of(e, asked.operation()), view.use());
        } finally {
            if (big) {
                large.release();
            }
        }
    }

    private Sender sender(Exchange exchange, String authorization) throws IOException {
        Identity identity = guard.identity();
        Instant now = clock.instant();
        if (authorization.regionMatches(true, 0, "Bearer ", 0, 7)) {
            Identity.Session session =
                    BearerToken.parse(authorization.substring(7).strip())
                            .flatMap(each -> each.session(identity))
                            .orElseThrow(() ->
                                    Failure.unknownCaller("The bearer token is none of ours."));
            if (!now.isBefore(session.expires())) {
                throw new Failure(
                        401,
                        "NotAuthorizedException",
                        "The bearer token has ended. Ask for a new one.");
            }
            return new Sender(session.caller(), body(exchange, LONGEST_BODY));
        }
        if (Signature.isMeant(authorization)) {
            Signature signature = Signature.parse(authorization);
            boolean session = exchange.headers().first("X-Amz-Security-Token").isPresent();
            if (!session && signature.claimed(identity).isEmpty()) {
                throw Failure.unknownCaller("There is no such credential."); // no byte is read
            }
            byte[] body = body(exchange, LONGEST_BODY);
            return new Sender(signature.caller(identity, exchange, body, now), body);
        }
        throw Failure.unknownCaller(
                "Show a bearer token of /iceberg/v1/oauth/tokens, or sign with AWS Signature"
                        + " Version 4.");
    }

    private Optional<Caller.Known> claimed(String authorization) {
        if (Signature.isMeant(authorization)) {
            try {
                return Signature.parse(authorization).claimed(guard.identity());
            } catch (Failure malformed) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    private static byte[] body(Exchange exchange, int longest) throws IOException {
        if (exchange.contentLength() > longest) {
            throw tooLong(longest);
        }
        if (exchange.contentLength() == 0) {
            return new byte[0];
        }
        byte[] body = exchange.body().readNBytes(longest + 1);
        if (body.length > longest) {
            throw tooLong(longest);
        }
        return body;
    }

    private static Failure tooLong(int longest) {
        return new Failure(
                413, "BadRequestException", "A body has at most " + longest + " bytes here.");
    }

    private Request request(Exchange exchange, Caller caller) {
        Instant at = clock.instant();
        InetAddress address = exchange.client().getAddress();
        return new Request(
                exchange.requestId(),
                caller,
                "iceberg",
                guard.identity().zone(exchange.listener(), address),
                address.getHostAddress(),
                at,
                at.plus(LONGEST),
                Optional.empty());
    }

    // what is asked

    /** One request of a known caller. */
    private record Call(Exchange exchange, Asked asked, Sender sender, GuardedTables view) {
        String text() {
            return new String(sender.body(), StandardCharsets.UTF_8);
        }

        String header(String name) {
            return exchange.headers().first(name).orElse("");
        }

        /** As turns know who asks: each client has a session of its own. */
        String who() {
            return sender.caller().credential();
        }

        Turns.Table turn(TableName table) {
            return new Turns.Table(sender.caller().organisation(), table);
        }

        /** How often its change may be made, as its Idempotency-Key says. */
        Once once() {
            String key = header("Idempotency-Key");
            if (key.isEmpty()) {
                return Once.NOT;
            }
            if (key.length() > 64) {
                throw Failure.bad("An Idempotency-Key has at most 64 characters.");
            }
            Caller.Known caller = sender.caller();
            MessageDigest asked = digest();
            update(asked, exchange.method(), exchange.rawPath(), exchange.rawQuery());
            asked.update(sender.body());
            MessageDigest who = digest();
            update(who, caller.organisation(), caller.purpose(), key);
            return new Once(who.digest(), asked.digest());
        }

        private static MessageDigest digest() {
            try {
                return MessageDigest.getInstance("SHA-256");
            } catch (java.security.NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has SHA-256", e);
            }
        }

        private static void update(MessageDigest digest, String... texts) {
            for (String each : texts) {
                digest.update(each.getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
            }
        }

        GuardedTables.Files files() {
            for (String each : header("X-Iceberg-Access-Delegation").split(",", -1)) {
                switch (each.strip()) {
                    case "vended-credentials" -> {
                        return GuardedTables.Files.VENDED;
                    }
                    case "remote-signing" -> {
                        return GuardedTables.Files.SIGNED;
                    }
                    default -> {} // others' ways
                }
            }
            return GuardedTables.Files.NONE;
        }
    }

    private Answer answer(Call call) {
        Asked asked = call.asked();
        GuardedTables view = call.view();
        return switch (asked.operation()) {
            case GET_CONFIG -> configuration(call);
            case GET_TOKEN -> throw new IllegalStateException("tokens are made elsewhere");
            case LIST_NAMESPACES -> namespaces(call);
            case CREATE_NAMESPACE -> {
                NewNamespace wanted = NewNamespace.parse(call.text());
                yield Answer.of(namespace(wanted.name(), view.create(wanted, call.once())));
            }
            case LOAD_NAMESPACE ->
                    Answer.of(namespace(asked.namespace(), view.namespace(asked.namespace())));
            case NAMESPACE_EXISTS -> {
                view.namespace(asked.namespace());
                yield Answer.nothing();
            }
            case DROP_NAMESPACE -> {
                view.drop(asked.namespace(), call.once());
                yield Answer.nothing();
            }
            case UPDATE_NAMESPACE ->
                    Answer.of(
                            changed(
                                    view.change(
                                            asked.namespace(),
                                            PropertiesChange.parse(call.text()),
                                            call.once())));
            case LIST_TABLES -> names(call, Kind.TABLE);
            case LIST_VIEWS -> names(call, Kind.VIEW);
            case CREATE_TABLE ->
                    shown(
                            call,
                            view.create(
                                    asked.namespace(),
                                    NewTable.parse(call.text()),
                                    call.files(),
                                    call.once()));
            case REGISTER_TABLE ->
                    shown(
                            call,
                            view.register(
                                    Kind.TABLE,
                                    asked.namespace(),
                                    Registration.parse(call.text()),
                                    call.files(),
                                    call.once()));
            case LOAD_TABLE -> {
                turns.load(call.turn(asked.table()), call.who());
                yield shown(call, view.load(Kind.TABLE, asked.table(), call.files()));
            }
            case TABLE_EXISTS -> {
                view.exists(Kind.TABLE, asked.table());
                yield Answer.nothing();
            }
            case COMMIT_TABLE ->
                    Answer.of(
                            commit(call, List.of(TableChange.parse(asked.table(), call.text())))
                                    .getFirst()
                                    .committed());
            case COMMIT_TRANSACTION -> {
                commit(call, TableChange.parseAll(call.text()));
                yield Answer.nothing();
            }
            case DROP_TABLE -> {
                view.drop(
                        Kind.TABLE,
                        asked.table(),
                        asked.truth("purgeRequested") ? Tables.Files.GO : Tables.Files.STAY,
                        call.once());
                yield Answer.nothing();
            }
            case RENAME_TABLE -> {
                view.rename(Kind.TABLE, Renaming.parse(call.text()), call.once());
                yield Answer.nothing();
            }
            case REPORT_METRICS -> {
                view.report(asked.table());
                yield Answer.nothing();
            }
            case LOAD_CREDENTIALS -> credentials(call);
            case SIGN -> {
                Signing signing = Signing.parse(call.text());
                yield new Answer(
                        200,
                        signing.answer(view.sign(asked.table(), signing.asked(options.region()))),
                        Map.of("Cache-Control", "no-store"));
            }
            case PLAN_SCAN ->
                    Answer.of(view.plan(asked.table(), PlanAsked.parse(call.text())).answer());
            case FETCH_PLAN -> Answer.of(view.planned(asked.table(), asked.plan()));
            case CANCEL_PLAN -> {
                view.cancel(asked.table(), asked.plan());
                yield Answer.nothing();
            }
            case FETCH_TASKS -> Answer.of(view.tasks(asked.table(), call.text()));
            case CREATE_VIEW ->
                    view(view.create(asked.namespace(), NewView.parse(call.text()), call.once()));
            case REGISTER_VIEW ->
                    view(
                            view.register(
                                            Kind.VIEW,
                                            asked.namespace(),
                                            Registration.parse(call.text()),
                                            GuardedTables.Files.NONE,
                                            call.once())
                                    .loaded());
            case LOAD_VIEW ->
                    view(view.load(Kind.VIEW, asked.table(), GuardedTables.Files.NONE).loaded());
            case VIEW_EXISTS -> {
                view.exists(Kind.VIEW, asked.table());
                yield Answer.nothing();
            }
            case REPLACE_VIEW ->
                    view(view.commit(ViewChange.parse(asked.table(), call.text()), call.once()));
            case DROP_VIEW -> {
                view.drop(Kind.VIEW, asked.table(), Tables.Files.STAY, call.once());
                yield Answer.nothing();
            }
            case RENAME_VIEW -> {
                view.rename(Kind.VIEW, Renaming.parse(call.text()), call.once());
                yield Answer.nothing();
            }
            case INSPECT_TABLE -> {
                GuardedTables.Inspected found = view.inspect(asked.table());
                yield Answer.of(found.inspection().answer(found.upkeep(), found.rules()));
            }
            case PLAN_EXPIRY -> expiry(view.over(asked.table(), asked.expiry()));
            case EXPIRE_SNAPSHOTS ->
                    expiry(view.expire(asked.table(), asked.expiry(), call.once()));
        };
    }

    /** Lets those go first who were too late before. */
    private List<Loaded> commit(Call call, List<TableChange> changes) {
        List<Turns.Table> tables =
                changes.stream().map(each -> call.turn(each.table())).distinct().toList();
        tables.forEach(each -> turns.commit(each, call.who()));
        boolean late = false;
        try {
            return call.view().commit(changes, call.once());
        } catch (Refusal e) {
            late = e.kind() == Refusal.Kind.COMMIT_FAILED;
            throw e;
        } finally {
            for (Turns.Table each : tables) {
                if (late) {
                    turns.tooLate(each, call.who());
                } else {
                    turns.ended(each, call.who());
                }
            }
        }
    }

    // answers

    private Answer configuration(Call call) {
        String warehouse = call.asked().parameter("warehouse");
        String organisation = call.sender().caller().organisation();
        if (!warehouse.isEmpty() && !warehouse.equals(organisation)) {
            throw new Failure(
                    404,
                    "NoSuchWarehouseException",
                    "A credential has one warehouse, that of its organisation: "
                            + organisation
                            + ". Name it, or none.");
        }
        call.view().configuration();
        List<String> endpoints =
                Arrays.stream(Operation.values())
                        .filter(each -> each.told() == Operation.Told.ADVERTISED)
                        .map(Operation::endpoint)
                        .toList();
        return Answer.of(
                Json.object(out -> {
                    Json.texts(out, "defaults", files(call.exchange()));
                    Json.texts(out, "overrides", Map.of());
                    Json.texts(out, "endpoints", endpoints);
                    out.writeStringField("idempotency-key-lifetime", Once.REMEMBERED.toString());
                }));
    }

    private Answer namespaces(Call call) {
        NamespaceName parent = call.asked().parent();
        Page<NamespaceName> page = all(call, asked -> call.view().namespaces(parent, asked));
        return Answer.of(
                Json.object(out -> {
                    out.writeArrayFieldStart("namespaces");
                    for (NamespaceName each : page.items()) {
                        out.writeStartArray();
                        for (String level : each.levels()) {
                            out.writeString(level);
                        }
                        out.writeEndArray();
                    }
                    out.writeEndArray();
                    if (!page.next().isEmpty()) {
                        out.writeStringField("next-page-token", page.next());
                    }
                }));
    }

    private Answer names(Call call, Kind kind) {
        NamespaceName namespace = call.asked().namespace();
        Page<TableName> page = all(call, asked -> call.view().list(namespace, kind, asked));
        return Answer.of(
                Json.object(out -> {
                    out.writeArrayFieldStart("identifiers");
                    for (TableName each : page.items()) {
                        out.writeStartObject();
                        Json.texts(out, "namespace", each.namespace().levels());
                        out.writeStringField("name", each.name());
                        out.writeEndObject();
                    }
                    out.writeEndArray();
                    if (!page.next().isEmpty()) {
                        out.writeStringField("next-page-token", page.next());
                    }
                }));
    }

    /** A page for who knows of pages, and all of them for others. */
    private static <T> Page<T> all(Call call, Function<Page.Asked, Page<T>> pages) {
        Page<T> page = pages.apply(call.asked().page());
        if (call.asked().paged() || page.next().isEmpty()) {
            return page;
        }
        List<T> items = new ArrayList<>(page.items());
        for (int i = 0; i < MOST_PAGES && !page.next().isEmpty(); i++) {
            page = pages.apply(new Page.Asked(page.next(), Page.MOST));
            items.addAll(page.items());
        }
        return new Page<>(items, "");
    }

    private static String namespace(NamespaceName name, Map<String, String> properties) {
        return Json.object(out -> {
            Json.texts(out, "namespace", name.levels());
            Json.texts(out, "properties", properties);
        });
    }

    private static String changed(PropertiesChange.Changed changed) {
        return Json.object(out -> {
            Json.texts(out, "updated", changed.updated());
            Json.texts(out, "removed", changed.removed());
            Json.texts(out, "missing", changed.missing());
        });
    }

    private static Answer expiry(TableUpkeep.Over over) {
        return Answer.of(
                Json.object(out -> {
                    out.writeArrayFieldStart("snapshots");
                    for (long each : over.snapshots()) {
                        out.writeNumber(each);
                    }
                    out.writeEndArray();
                    Json.texts(out, "references", over.references());
                }));
    }

    private static Answer view(Loaded loaded) {
        return Answer.of(loaded.answer(Loaded.Snapshots.ALL, Map.of(), List.of()));
    }

    private Answer shown(Call call, GuardedTables.Shown shown) {
        Loaded loaded = shown.loaded();
        Loaded.Snapshots snapshots =
                call.asked().parameter("snapshots").equalsIgnoreCase("refs")
                        ? Loaded.Snapshots.REFS
                        : Loaded.Snapshots.ALL;
        GuardedTables.Files files = call.files();
        String etag =
                "\""
                        + loaded.etag(snapshots)
                        + "-"
                        + files.name().toLowerCase(java.util.Locale.ROOT)
                        + (files == GuardedTables.Files.VENDED
                                ? "-" + clock.millis() / CREDENTIALS_STAND.toMillis()
                                : "")
                        + "\"";
        Map<String, String> headers =
                loaded.metadataLocation().isEmpty() ? Map.of() : Map.of("ETag", etag);
        if (call.asked().operation() == Operation.LOAD_TABLE && matches(call, etag)) {
            return new Answer(304, "", headers);
        }
        Map<String, String> config = new LinkedHashMap<>(files(call.exchange()));
        List<Loaded.Vended> vended = new ArrayList<>();
        shown.granted()
                .ifPresent(granted -> {
                    Map<String, String> keys = keys(granted);
                    config.putAll(keys);
                    Map<String, String> own = new LinkedHashMap<>(files(call.exchange()));
                    own.putAll(keys);
                    vended.add(new Loaded.Vended(shown.prefix(), own));
                    config.put("client.refresh-credentials-endpoint", below(call) + "/credentials");
                });
        if (files == GuardedTables.Files.SIGNED) {
            String sign = below(call) + "/sign";
            String root = address(call.exchange()) + "/iceberg/";
            config.put("s3.remote-signing-enabled", "true");
            config.put("signer.uri", root);
            config.put("signer.endpoint", sign);
            config.put("s3.signer", "S3V4RestSigner");
            config.put("s3.signer.uri", root);
            config.put("s3.signer.endpoint", sign);
        }
        return new Answer(200, loaded.answer(snapshots, config, vended), headers);
    }

    private static boolean matches(Call call, String etag) {
        return Arrays.stream(call.header("If-None-Match").split(",", -1))
                .map(String::strip)
                .map(each -> each.startsWith("W/") ? each.substring(2) : each)
                .anyMatch(etag::equals);
    }

    /** Path of a table below {@code /iceberg/}, as its client wrote it. */
    private static String below(Call call) {
        Asked asked = call.asked();
        String table =
                asked.steps().size() > 3
                        ? asked.steps().get(3)
                        : java.net.URLEncoder.encode(name(call), StandardCharsets.UTF_8);
        return "v1/namespaces/" + asked.steps().get(1) + "/tables/" + table;
    }

    /** Of a table that is being made: it stands in the body. */
    private static String name(Call call) {
        return call.asked().operation() == Operation.REGISTER_TABLE
                ? Registration.parse(call.text()).name()
                : NewTable.parse(call.text()).name();
    }

    private static Map<String, String> keys(GuardedTables.Granted granted) {
        Map<String, String> keys = new LinkedHashMap<>();
        keys.put("s3.access-key-id", granted.accessKey());
        keys.put("s3.secret-access-key", granted.secret());
        keys.put("s3.session-token", granted.token());
        keys.put("s3.session-token-expires-at-ms", Long.toString(granted.expires().toEpochMilli()));
        return keys;
    }

    private Answer credentials(Call call) {
        GuardedTables.Shown shown = call.view().credentials(call.asked().table());
        return new Answer(
                200,
                Json.object(out -> {
                    out.writeArrayFieldStart("storage-credentials");
                    if (shown.granted().isPresent()) {
                        out.writeStartObject();
                        out.writeStringField("prefix", shown.prefix());
                        Map<String, String> config = new LinkedHashMap<>(files(call.exchange()));
                        config.putAll(keys(shown.granted().get()));
                        Json.texts(out, "config", config);
                        out.writeEndObject();
                    }
                    out.writeEndArray();
                }),
                Map.of("Cache-Control", "no-store"));
    }

    /** How files are reached, whoever asks. */
    private Map<String, String> files(Exchange exchange) {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("s3.endpoint", fileAddress(exchange));
        files.put("s3.path-style-access", "true");
        files.put("client.region", options.region());
        files.put("s3.region", options.region());
        return files;
    }

    /** The S3 door at the host that the client knows us by. */
    private String fileAddress(Exchange exchange) {
        try {
            URI files = new URI(options.files().get());
            String host = host(exchange);
            return host.isEmpty()
                    ? files.toString()
                    : files.getScheme() + "://" + host + ":" + files.getPort();
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the S3 door has no address", e);
        }
    }

    private static String address(Exchange exchange) {
        String host = exchange.headers().first("Host").orElse("");
        return (exchange.secure() ? "https://" : "http://")
                + (host.matches("[A-Za-z0-9.\\[\\]:_-]{1,255}") ? host : "localhost");
    }

    /** Without the port; empty when it is none that can be told on. */
    private static String host(Exchange exchange) {
        String host = exchange.headers().first("Host").orElse("");
        if (!host.matches("[A-Za-z0-9.\\[\\]:_-]{1,255}")) {
            return "";
        }
        return host.startsWith("[")
                ? host.substring(0, host.indexOf(']') + 1)
                : host.indexOf(':') < 0 ? host : host.substring(0, host.indexOf(':'));
    }

    // the wire

    private static Headers headers(String use) {
        Headers headers = new Headers();
        headers.add("Content-Type", "application/json");
        if (!use.isEmpty()) {
            headers.add("x-domicile-use", use);
        }
        return headers;
    }

    private static void fail(Exchange exchange, Failure failure, String use) throws IOException {
        if (exchange.responded()) {
            throw new IOException("failed inside the answer: " + failure.type());
        }
        Headers headers = headers(use);
        if (failure.status() == 401) {
            headers.add("WWW-Authenticate", "Bearer");
        }
        if (failure.status() == 503) {
            headers.add("Retry-After", "1");
        }
        respond(exchange, failure.status(), headers, Errors.body(failure));
    }

    private static void respond(Exchange exchange, int status, Headers headers, String body)
            throws IOException {
        exchange.respond(status, headers, ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8)));
    }
}
