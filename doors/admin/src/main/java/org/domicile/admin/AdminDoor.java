package org.domicile.admin;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;
import org.domicile.bytes.StorageFailure;
import org.domicile.guard.Administration;
import org.domicile.guard.Guard;
import org.domicile.guard.GuardedMoves;
import org.domicile.guard.GuardedSql;
import org.domicile.guard.Refused;
import org.domicile.http.Exchange;
import org.domicile.http.Headers;
import org.domicile.http.HttpHandler;
import org.domicile.request.Request;

/** See the package's page. Safe for concurrent use. */
public final class AdminDoor implements HttpHandler {
    private static final System.Logger LOG = System.getLogger("org.domicile.admin");
    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final String BEARER = "Bearer ";

    private final Guard guard;
    private final Running running;
    private final Logs logs;
    private final Checking checking;
    private final Function<Request, GuardedMoves> moves;
    private final GuardedSql sql;
    private final AdminOptions options;
    private final InstantSource clock;

    /**
     * A door to a guard and to the program around it.
     *
     * @param moves buckets that move, under a request
     * @param sql sessions of SQL
     */
    public AdminDoor(
            Guard guard,
            Running running,
            Logs logs,
            Checking checking,
            Function<Request, GuardedMoves> moves,
            GuardedSql sql,
            AdminOptions options,
            InstantSource clock) {
        this.guard = guard;
        this.running = running;
        this.logs = logs;
        this.checking = checking;
        this.moves = moves;
        this.sql = sql;
        this.options = options;
        this.clock = clock;
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        try {
            serve(exchange);
        } catch (Failure e) {
            fail(exchange, e, "");
        } catch (Refused e) {
            fail(exchange, Failure.of(e), e.use());
        } catch (Administration.Impossible e) {
            fail(exchange, Failure.of(e), "");
        } catch (StorageFailure e) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "request {0} failed: {1}",
                    exchange.requestId(),
                    e.getMessage());
            fail(exchange, Failure.of(e), "");
        }
    }

    private void serve(Exchange exchange) throws IOException {
        Operation.Asked asked;
        try {
            asked = Operation.parse(exchange.method(), exchange.rawPath());
        } catch (Failure e) {
            // A wrong path of somebody without a token is told 401, like everything else.
            authenticate(exchange, Operation.UNKNOWN);
            refuse(exchange, guard.administration(request(exchange)), Operation.UNKNOWN, e);
            return;
        }
        String action = asked.operation().action();
        authenticate(exchange, action);
        Administration administration = guard.administration(request(exchange));
        try {
            answer(exchange, asked, administration);
        } catch (Failure e) {
            refuse(exchange, administration, action, e);
        }
    }

    /** What the door itself refused is put on record; what the guard has seen is there already. */
    private static void refuse(
            Exchange exchange, Administration administration, String action, Failure failure)
            throws IOException {
        if (administration.use().isEmpty()) {
            administration.refuse(action, "", failure.code());
        }
        fail(exchange, failure, administration.use());
    }

    private Request request(Exchange exchange) {
        Instant at = clock.instant();
        InetAddress address = exchange.client().getAddress();
        return new Request(
                exchange.requestId(),
                guard.operator(),
                "admin",
                guard.identity().zone(exchange.listener(), address),
                address.getHostAddress(),
                at,
                at.plus(LONGEST),
                Optional.empty());
    }

    private void authenticate(Exchange exchange, String action) {
        Headers headers = exchange.headers();
        if (!headers.all("Origin").isEmpty()) {
            guard.stranger(action, "origin");
            throw new Failure(
                    403, "origin", "the admin API is not for web pages: send no Origin header");
        }
        if (overTcp(exchange)) {
            if (!exchange.secure()) {
                guard.stranger(action, "no-tls");
                throw new Failure(403, "no-tls", "over TCP the admin API needs TLS: use https");
            }
            if (!options.hosts().contains(headers.first("Host").orElse(""))) {
                guard.stranger(action, "host");
                throw new Failure(
                        403, "host", "this Host is not one of this server's names (admin.hosts)");
            }
        }
        String shown = headers.first("Authorization").orElse("");
        if (headers.all("Authorization").size() != 1
                || !shown.startsWith(BEARER)
                || !MessageDigest.isEqual(
                        bytes(shown.substring(BEARER.length())), bytes(options.token()))) {
            guard.stranger(action, "bad-token");
            throw new Failure(
                    401,
                    "bad-token",
                    "show the token of run/admin.token as 'Authorization: Bearer TOKEN'; it changes"
                            + " at each start");
        }
    }

    /** Over the Unix socket the peer's port is 0. */
    private static boolean overTcp(Exchange exchange) {
        return exchange.client().getPort() != 0;
    }

    private void answer(Exchange exchange, Operation.Asked asked, Administration administration)
            throws IOException {
        Call call = new Call(exchange, asked, administration);
        switch (asked.operation()) {
            case READ_DESCRIPTION -> {
                administration.operate(asked.operation().action(), "");
                call.respond("application/json", description());
            }
            case LIST_ORGANISATIONS, LIST_ZONES, LIST_PURPOSES, LIST_PRINCIPALS, LIST_CREDENTIALS ->
                    RegisterCalls.list(call);
            case CREATE_ORGANISATION, CREATE_ZONE, CREATE_PRINCIPAL -> RegisterCalls.create(call);
            case CREATE_PURPOSE, CHANGE_PURPOSE -> PurposeCalls.answer(call, clock.instant());
            case CREATE_CREDENTIAL -> RegisterCalls.credential(call, guard, request(exchange));
            case APPROVE_CREDENTIAL -> SealingCalls.approve(call, guard, request(exchange));
            case READ_SEALED_MAX, SET_SEALED_MAX -> SealingCalls.longest(call);
            case WITHDRAW_CREDENTIAL, ROTATE_CREDENTIAL, WITHDRAW_PURPOSE ->
                    RegisterCalls.change(call);
            case READ_RECEIPTS, SET_RECEIPTS -> RegisterCalls.receipts(call);
            case LIST_ROLES,
                    CREATE_ROLE,
                    SHOW_ROLE,
                    REMOVE_ROLE,
                    LIST_TARGETS,
                    CREATE_TARGET,
                    MAKE_TARGET_SECRET,
                    REMOVE_TARGET ->
                    RoleCalls.answer(call);
            case LIST_MOVES,
                    START_MOVE,
                    SHOW_MOVE,
                    REPORT_MOVE,
                    STOP_MOVE,
                    RESUME_MOVE,
                    FORGET_MOVE ->
                    MoveCalls.answer(call, guard, moves.apply(request(exchange)));
            case RUN_SQL -> SqlCalls.run(call, guard, sql, request(exchange));
            case READ_SQL_LIMITS, SET_SQL_LIMITS ->
                    SqlLimitCalls.answer(call, sql, request(exchange));
            case READ_TABLE_RULES, SET_COLUMN_CLASSES, SET_ROW_RULE ->
                    RuleCalls.answer(call, sql.rules(request(exchange)));
            case LIST_BUCKETS, CREATE_BUCKET -> DataCalls.buckets(call);
            case READ_BUCKET_QUOTA,
                    SET_BUCKET_QUOTA,
                    READ_ORGANISATION_QUOTA,
                    SET_ORGANISATION_QUOTA,
                    READ_INVENTORY ->
                    HoldingCalls.answer(call);
            case READ_CHECK, START_CHECK -> CheckCalls.answer(call, checking);
            case LIST_NAMED_KEYS, CREATE_NAMED_KEY, DESTROY_NAMED_KEY -> KeyCalls.answer(call);
            case LIST_LABELS, SET_LABEL, REMOVE_LABEL, READ_LABELS -> LabelCalls.answer(call);
            case LIST_USES -> DataCalls.uses(call, clock.instant());
            case LIST_POLICIES, PUT_POLICY, SHOW_POLICY, REMOVE_POLICY, EXPLAIN_USE ->
                    PolicyCalls.answer(call);
            case READ_STATUS -> status(call);
            case STOP -> stop(call);
            case BEGIN_BACKUP -> beginBackup(call);
            case RESUME_EVENTS -> resumeEvents(call);
            case LIST_LOGS, LIST_KEYS, PROVE -> LedgerCalls.answer(call, logs);
            case LIST_SUBJECT_RULES,
                    CREATE_SUBJECT_RULE,
                    REMOVE_SUBJECT_RULE,
                    ERASE_SUBJECT,
                    ERASE_PRINCIPAL,
                    ISSUE_SUBJECT_CODE ->
                    PeopleCalls.answer(call);
            case DISCLOSE -> PeopleCalls.disclose(call, logs);
            case DISCLOSE_DAY -> DayCalls.disclose(call);
            case READ_RETENTION, SET_RETENTION -> LedgerCalls.retention(call);
        }
    }

    private void status(Call call) throws IOException {
        Input.query(call.exchange().rawQuery());
        recordIfPossible(call);
        Running.Status status = running.status();
        call.json(200, json -> Form.status(json, status));
    }

    /** An operator must be able to end a program that cannot record any more. */
    private void stop(Call call) throws IOException {
        recordIfPossible(call);
        call.json(
                202,
                json -> {
                    json.writeStartObject();
                    json.writeStringField("state", "stopping");
                    json.writeEndObject();
                });
        running.stop();
    }

    private void beginBackup(Call call) throws IOException {
        String holder = Input.query(call.exchange().rawQuery(), "holder").text("holder", "");
        call.administration().operate(call.asked().operation().action(), "");
        Path folder = running.hold(holder);
        call.json(
                201,
                json -> {
                    json.writeStartObject();
                    json.writeStringField("folder", folder.toString());
                    json.writeEndObject();
                });
    }

    private void resumeEvents(Call call) throws IOException {
        Input.query(call.exchange().rawQuery());
        call.administration().operate(call.asked().operation().action(), "");
        Running.Told told = running.resumeEvents();
        call.json(
                200,
                json -> {
                    json.writeStartObject();
                    json.writeBooleanField("waited", told == Running.Told.FROM_NOW_ON);
                    json.writeEndObject();
                });
    }

    private void recordIfPossible(Call call) {
        Operation operation = call.asked().operation();
        try {
            call.administration().operate(operation.action(), "");
        } catch (StorageFailure e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "request {0} ({1}) is served though it cannot be recorded: {2}",
                    call.exchange().requestId(),
                    operation.action(),
                    e.getMessage());
        }
    }

    private static byte[] description() throws IOException {
        try (InputStream file = AdminDoor.class.getResourceAsStream("openapi.json")) {
            if (file == null) {
                throw new IllegalStateException("the description is not in the jar");
            }
            return file.readAllBytes();
        }
    }

    private static void fail(Exchange exchange, Failure failure, String use) throws IOException {
        if (exchange.responded()) {
            throw new IOException("failed after the answer had begun: " + failure.sentence());
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try (var json = Form.to(body)) {
            Form.failure(json, failure);
        }
        Headers headers = Call.headers("application/json", use);
        if (failure.status() == 401) {
            headers.add("WWW-Authenticate", "Bearer");
        }
        exchange.respond(failure.status(), headers, ByteBuffer.wrap(body.toByteArray()));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
