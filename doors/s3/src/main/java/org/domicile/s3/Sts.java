package org.domicile.s3;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.domicile.bytes.StorageFailure;
import org.domicile.guard.Guard;
import org.domicile.guard.GuardedSessions;
import org.domicile.guard.Refused;
import org.domicile.http.Exchange;
import org.domicile.policy.SessionPolicy;
import org.domicile.request.Caller;
import org.domicile.request.Request;

/**
 * AWS's Security Token Service on the S3 listener (AWS STS API Reference, version 2011-06-15):
 * AssumeRole, AssumeRoleWithWebIdentity, GetCallerIdentity, GetSessionToken. Signed for the service
 * {@code sts}. Safe for concurrent use.
 *
 * <p>Whatever of a request would change what it means and is not served (tags, managed policies,
 * second factors) is refused; {@code ExternalId} is taken and means nothing, because no role asks
 * for one.
 */
final class Sts {
    private static final Logger LOG = System.getLogger("org.domicile.s3");
    private static final int LONGEST_ARN = 2_048;
    private static final int SHORTEST_ARN = 20;
    private static final int LONGEST_TOKEN = 20_000;
    private static final Pattern ROLE =
            Pattern.compile("arn:aws:iam::([a-z0-9-]{1,63}):role/([a-z0-9-]{1,63})");
    private static final Pattern SESSION = Pattern.compile("[A-Za-z0-9_+=,.@-]{2,64}");

    private final Guard guard;
    private final SignatureV4 signatures;
    private final BiFunction<Exchange, Caller, Request> requests;

    /**
     * @param requests makes the request of a caller
     */
    Sts(
            Guard guard,
            String region,
            InstantSource clock,
            BiFunction<Exchange, Caller, Request> requests) {
        this.guard = guard;
        this.signatures = new SignatureV4(guard.identity(), "sts", region, clock);
        this.requests = requests;
    }

    void serve(Exchange exchange) throws IOException {
        try {
            answer(exchange);
        } catch (StsFailure e) {
            StsAnswer.fail(exchange, guard, e, "");
        } catch (Refused e) {
            StsAnswer.fail(
                    exchange,
                    guard,
                    new StsFailure(StsFailure.Code.ACCESS_DENIED, String.valueOf(e.getMessage())),
                    e.use());
        } catch (StorageFailure e) {
            LOG.log(
                    Level.ERROR,
                    "request={0} failed={1}: {2}",
                    exchange.requestId(),
                    e.kind(),
                    e.getMessage());
            StsAnswer.fail(exchange, guard, StsFailure.of(e), "");
        }
    }

    private void answer(Exchange exchange) throws IOException {
        byte[] body;
        try {
            body = StsQuery.body(exchange);
        } catch (StsFailure e) {
            guard.stranger(UNKNOWN, e.code().code());
            throw e;
        }
        String action = UNKNOWN;
        Optional<StsFailure> unreadable = Optional.empty();
        StsQuery query = StsQuery.parse("", new byte[0]);
        try {
            query = StsQuery.parse(exchange.rawQuery(), body);
            action = action(query);
        } catch (StsFailure e) {
            unreadable = Optional.of(e); // who sent it is asked first: it may have to be recorded
        }
        switch (signatures.judge(exchange, body)) {
            case SignatureV4.Sender.Unbelieved(Optional<Caller.Known> claimed, Failure failure) -> {
                StsFailure refusal = StsFailure.of(failure);
                if (claimed.isPresent()) {
                    guard.sessions(requests.apply(exchange, claimed.get()))
                            .refuse(action, refusal.code().code());
                } else {
                    guard.stranger(action, refusal.code().code());
                }
                throw refusal;
            }
            case SignatureV4.Sender.Believed(Caller caller) ->
                    answer(exchange, caller, action, query, unreadable);
        }
    }

    private void answer(
            Exchange exchange,
            Caller caller,
            String action,
            StsQuery query,
            Optional<StsFailure> unreadable)
            throws IOException {
        GuardedSessions sessions = guard.sessions(requests.apply(exchange, caller));
        try {
            if (unreadable.isPresent()) {
                throw unreadable.get();
            }
            if (caller instanceof Caller.Anonymous && !action.equals(WITH_WEB_IDENTITY)) {
                throw new StsFailure(
                        StsFailure.Code.MISSING_AUTHENTICATION_TOKEN,
                        "Request is missing Authentication Token: sign it.");
            }
            dispatch(exchange, StsAction.of(query.value("Action")).orElseThrow(), query, sessions);
        } catch (GuardedSessions.Declined e) {
            fail(exchange, caller, action, sessions, StsFailure.of(e));
        } catch (StsFailure e) {
            fail(exchange, caller, action, sessions, e);
        }
    }

    /** What the door itself refused is put on record; what the guard has seen is there already. */
    private void fail(
            Exchange exchange,
            Caller caller,
            String action,
            GuardedSessions sessions,
            StsFailure failure)
            throws IOException {
        if (sessions.use().isEmpty()) {
            if (caller instanceof Caller.Anonymous) {
                guard.stranger(action, failure.code().code());
            } else {
                sessions.refuse(action, failure.code().code());
            }
        }
        StsAnswer.fail(exchange, guard, failure, sessions.use());
    }

    private static final String UNKNOWN = "sts:Unknown";
    private static final String WITH_WEB_IDENTITY =
            StsAction.ASSUME_ROLE_WITH_WEB_IDENTITY.action();

    /** The action as records name it. */
    private static String action(StsQuery query) {
        String action = query.value("Action");
        if (action.isEmpty()) {
            throw new StsFailure(
                    StsFailure.Code.MISSING_ACTION, "The request names no Action to be done.");
        }
        if (!query.value("Version").equals(StsQuery.VERSION)) {
            throw new StsFailure(
                    StsFailure.Code.INVALID_ACTION,
                    "The Version of this service is " + StsQuery.VERSION + ".");
        }
        return StsAction.of(action)
                .map(StsAction::action)
                .orElseThrow(() ->
                        new StsFailure(
                                StsFailure.Code.INVALID_ACTION,
                                "This Action is not served here. There are AssumeRole,"
                                        + " AssumeRoleWithWebIdentity, GetCallerIdentity and"
                                        + " GetSessionToken."));
    }

    private void dispatch(
            Exchange exchange, StsAction action, StsQuery query, GuardedSessions sessions)
            throws IOException {
        switch (action) {
            case GET_CALLER_IDENTITY -> {
                query.only(Set.of());
                GuardedSessions.Self self = sessions.self();
                StsAnswer.to(exchange, guard, sessions.use(), action.word())
                        .text("Arn", self.arn())
                        .text("UserId", self.id())
                        .text("Account", self.account())
                        .send();
            }
            case GET_SESSION_TOKEN -> {
                query.only(Set.of("DurationSeconds"));
                GuardedSessions.Issued issued = sessions.token(query.life());
                StsAnswer.to(exchange, guard, sessions.use(), action.word())
                        .credentials(issued)
                        .send();
            }
            case ASSUME_ROLE -> {
                query.only(
                        Set.of(
                                "RoleArn",
                                "RoleSessionName",
                                "Policy",
                                "DurationSeconds",
                                "ExternalId"));
                GuardedSessions.Issued issued = sessions.assume(wanted(query));
                StsAnswer.to(exchange, guard, sessions.use(), action.word())
                        .credentials(issued)
                        .role(issued)
                        .send();
            }
            case ASSUME_ROLE_WITH_WEB_IDENTITY -> {
                query.only(
                        Set.of(
                                "RoleArn",
                                "RoleSessionName",
                                "Policy",
                                "DurationSeconds",
                                "WebIdentityToken"));
                String token = query.text("WebIdentityToken", 4, LONGEST_TOKEN);
                GuardedSessions.Proven proven = sessions.assume(wanted(query), token);
                StsAnswer.to(exchange, guard, sessions.use(), action.word())
                        .credentials(proven.issued())
                        .role(proven.issued())
                        .text("SubjectFromWebIdentityToken", proven.subject())
                        .text("Audience", proven.audience())
                        .text("Provider", proven.issuer())
                        .send();
            }
        }
    }

    private static GuardedSessions.Wanted wanted(StsQuery query) {
        Matcher role = ROLE.matcher(query.text("RoleArn", SHORTEST_ARN, LONGEST_ARN));
        if (!role.matches()) {
            throw new StsFailure(
                    StsFailure.Code.VALIDATION_ERROR,
                    "RoleArn is arn:aws:iam::ORGANISATION:role/NAME, not what was sent.");
        }
        String session = query.value("RoleSessionName");
        if (!SESSION.matcher(session).matches()) {
            throw new StsFailure(
                    StsFailure.Code.VALIDATION_ERROR,
                    "Value at 'roleSessionName' failed to satisfy constraint: it has 2 to 64"
                            + " letters, digits and _+=,.@-");
        }
        return new GuardedSessions.Wanted(
                role.group(1),
                role.group(2),
                session,
                query.life(),
                new SessionPolicy(query.text("Policy", 0, SessionPolicy.LONGEST)));
    }
}
