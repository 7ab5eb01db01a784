package org.domicile.guard;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.domicile.keys.Vault;
import org.domicile.policy.Credential;
import org.domicile.policy.Policy;
import org.domicile.policy.Principal;
import org.domicile.policy.Purpose;
import org.domicile.policy.Seal;
import org.domicile.request.Caller;
import org.domicile.request.Request;

/** Makes sessions for the files of one table. Nothing is stored for one: its token is all of it. */
final class TableSessions {
    private static final Duration LIFE = Duration.ofHours(1);

    private final Policy policy;
    private final SessionTokens tokens;
    private final SecureRandom random;
    private final FreshKeys fresh;

    TableSessions(Policy policy, Vault vault, SecureRandom random) {
        this.policy = policy;
        this.tokens = new SessionTokens(vault);
        this.random = random;
        this.fresh = new FreshKeys(random);
    }

    /**
     * A session as good as the caller, within what it is within, for one table's files.
     *
     * @return empty for a caller whose uses are sealed: a session's would be told at once
     */
    Optional<GuardedTables.Granted> make(Request request, Caller.By.Grant grant) {
        if (!(request.caller() instanceof Caller.Known caller)) {
            return Optional.empty();
        }
        return switch (caller.by()) {
            case Caller.By.Credential() ->
                    Optional.ofNullable(policy.register().credentials().get(caller.credential()))
                            .filter(each -> each.seal() instanceof Seal.None)
                            .map(source -> of(request, caller, source, grant));
            case Caller.By.Session session -> Optional.of(of(request, caller, session, grant));
        };
    }

    private GuardedTables.Granted of(
            Request request, Caller.Known caller, Credential source, Caller.By.Grant grant) {
        Principal principal = policy.register().principals().get(caller.principal());
        if (principal == null) {
            throw new IllegalStateException("the register has no " + caller.principal());
        }
        return made(
                caller,
                new Caller.By.Session(
                        "",
                        "",
                        caller.credential(),
                        "",
                        principal.subject(),
                        "",
                        end(request.at(), caller.purpose(), source.expires()),
                        "",
                        grant));
    }

    private GuardedTables.Granted of(
            Request request,
            Caller.Known caller,
            Caller.By.Session session,
            Caller.By.Grant grant) {
        return made(
                caller,
                new Caller.By.Session(
                        session.role(),
                        session.roleId(),
                        session.source(),
                        session.target(),
                        session.subject(),
                        session.name(),
                        end(request.at(), caller.purpose(), session.expires()),
                        session.policy(),
                        grant));
    }

    private GuardedTables.Granted made(Caller.Known caller, Caller.By.Session session) {
        Caller.Known made =
                new Caller.Known(
                        caller.organisation(),
                        BucketUses.randomId(random),
                        fresh.temporary(),
                        caller.purpose(),
                        session);
        String secret = fresh.secret();
        return new GuardedTables.Granted(
                made.credential(),
                secret,
                tokens.seal(new SessionTokens.Token(made, session, secret)),
                session.expires());
    }

    private Instant end(Instant now, String purpose, Instant source) {
        Purpose found = policy.register().purposes().get(purpose);
        Instant end = now.plus(LIFE);
        for (Instant each : List.of(source, found == null ? now : found.expires())) {
            end = each.isBefore(end) ? each : end;
        }
        return end.truncatedTo(ChronoUnit.SECONDS);
    }
}
