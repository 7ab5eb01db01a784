package org.domicile.guard;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.domicile.keys.KeyId;
import org.domicile.keys.Keys;
import org.domicile.oidc.IdToken;
import org.domicile.policy.Credential;
import org.domicile.policy.Organisation;
import org.domicile.policy.Policy;
import org.domicile.policy.Principal;
import org.domicile.policy.Purpose;
import org.domicile.policy.Resource;
import org.domicile.policy.Role;
import org.domicile.policy.Seal;
import org.domicile.policy.SessionPolicy;
import org.domicile.policy.Target;
import org.domicile.request.Caller;
import org.domicile.request.Outcome;
import org.domicile.request.Request;
import org.jspecify.annotations.Nullable;

/** Temporary credentials under one request. */
final class SessionsView implements GuardedSessions {
    /** Of what {@link Keys#createSubject} takes. */
    private static final int LONGEST_IDENTIFIER = 1_024;

    private static final String SEVERAL =
            "More than one role trusts this token, and it does not say which is meant: give each"
                    + " role an audience of its own, and get a token for one of them.";

    private static final Duration USUAL = Duration.ofHours(1);

    private final Request request;
    private final Function<Request, Uses> acting;
    private final Policy policy;
    private final Keys keys;
    private final Issuers issuers;
    private final SessionTokens tokens;
    private final SecureRandom random;
    private final FreshKeys fresh;
    private Uses uses;

    /**
     * @param acting uses of a request
     */
    SessionsView(
            Request request,
            Function<Request, Uses> acting,
            Policy policy,
            Keys keys,
            Issuers issuers,
            SecureRandom random) {
        this.request = request;
        this.acting = acting;
        this.uses = acting.apply(request);
        this.policy = policy;
        this.keys = keys;
        this.issuers = issuers;
        this.tokens = new SessionTokens(keys.vault());
        this.random = random;
        this.fresh = new FreshKeys(random);
    }

    @Override
    public String use() {
        return uses.last();
    }

    @Override
    public void refuse(String action, String reason) {
        uses.refused(action, reason, "");
    }

    @Override
    public Self self() {
        try (Admitted use =
                uses.admit("sts:GetCallerIdentity", new Resource.Own(uses.organisation()), "")) {
            use.record(Outcome.DONE, 0);
            return self(known());
        }
    }

    /** Policy lets nobody else through. */
    private Caller.Known known() {
        if (request.caller() instanceof Caller.Known known) {
            return known;
        }
        throw new IllegalStateException("policy let nobody through");
    }

    private Self self(Caller.Known known) {
        String organisation = known.organisation();
        if (known.by() instanceof Caller.By.Session session && !session.role().isEmpty()) {
            String role = session.role().substring(session.role().indexOf('/') + 1);
            return new Self(
                    organisation,
                    "arn:aws:sts::" + organisation + ":assumed-role/" + role + "/" + session.name(),
                    session.roleId() + ":" + session.name());
        }
        // A session without a role is whoever asked for it.
        String principal =
                known.by() instanceof Caller.By.Session session
                        ? Optional.ofNullable(policy.register().credentials().get(session.source()))
                                .map(Credential::principal)
                                .orElse(known.principal())
                        : known.principal();
        return new Self(
                organisation, "arn:aws:iam::" + organisation + ":user/" + principal, principal);
    }

    @Override
    public Issued assume(Wanted wanted) {
        check(wanted.narrowing());
        Resource.Assumed asked = new Resource.Assumed(wanted.organisation(), wanted.role());
        String principal = BucketUses.randomId(random);
        Role judged = policy.register().roles().get(asked.full());
        try (Admitted use = uses.admit("sts:AssumeRole", asked, asked.full() + "/" + principal)) {
            Role role = policy.register().roles().get(asked.full());
            Caller.Known caller = known();
            Optional<Credential> source = source(caller);
            if (role == null || role.removed() || !isSame(judged, role) || source.isEmpty()) {
                // Taken away since the decision, perhaps made anew: that one nobody decided about.
                use.record(Outcome.ABSENT, 0);
                throw denied();
            }
            Duration life;
            try {
                life = life(wanted.life(), role);
            } catch (Declined e) {
                use.record(Outcome.INVALID, 0);
                throw e;
            }
            Caller.By.Session session =
                    new Caller.By.Session(
                            role.full(),
                            role.id(),
                            caller.credential(),
                            "",
                            subject(caller),
                            wanted.session(),
                            end(life, role.purpose(), source.get().expires()),
                            wanted.narrowing().digest());
            Caller.Known made = made(role.organisation(), principal, role.purpose(), session);
            policy.issue(use.carrying(() -> 0), wanted.narrowing());
            return issued(made, session, wanted.narrowing());
        }
    }

    private static boolean isSame(@Nullable Role judged, Role role) {
        return judged != null && judged.id().equals(role.id());
    }

    @Override
    public Proven assume(Wanted wanted, String token) {
        check(wanted.narrowing());
        Resource.Assumed asked = new Resource.Assumed(wanted.organisation(), wanted.role());
        Role role = policy.register().roles().get(asked.full());
        Target target = role == null ? null : policy.register().targets().get(role.issuer());
        if (role == null || role.removed() || target == null || target.removed()) {
            throw denied();
        }
        IdToken.Verdict.Valid valid = valid(role, target, token);
        if (!role.trusts(valid.subject())) {
            throw denied();
        }
        return begin(
                new Trusting(role, target, valid),
                wanted.session(),
                end(life(wanted.life(), role), role.purpose(), Instant.MAX),
                wanted.narrowing());
    }

    /** A role, the issuer whose tokens it trusts, and what such a token says. */
    private record Trusting(Role role, Target target, IdToken.Verdict.Valid valid) {}

    @Override
    public Trusted trusted(String token) {
        Trusting only = only(token, Issuers.Patience.LITTLE);
        byte[] about =
                String.join("\0", only.role().id(), only.target().url(), only.valid().subject())
                        .getBytes(StandardCharsets.UTF_8);
        return new Trusted(only.role().organisation(), sha256(about), end(only));
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public Proven assumeOnly(String token, String session) {
        Trusting only = only(token, Issuers.Patience.NONE);
        return begin(only, session, end(only), SessionPolicy.NONE);
    }

    private Instant end(Trusting only) {
        return end(only.role().longest(), only.role().purpose(), only.valid().expires());
    }

    private Trusting only(String text, Issuers.Patience patience) {
        List<Trusting> trusting =
                trusting(
                        IdToken.parse(text)
                                .orElseThrow(() -> badToken("it is no signed token (JWT)")),
                        patience);
        if (trusting.isEmpty()) {
            throw denied();
        }
        if (trusting.size() > 1) {
            throw new Declined(Declined.Kind.DENIED, SEVERAL);
        }
        return trusting.getFirst();
    }

    /** All roles that trust a token. More than one organisation may know its issuer. */
    private List<Trusting> trusting(IdToken token, Issuers.Patience patience) {
        Map<Target, List<Role>> candidates = candidates(token.issuer());
        if (candidates.isEmpty()) {
            throw badToken("no role trusts its issuer");
        }
        List<Trusting> trusting = new ArrayList<>();
        List<Declined> declined = new ArrayList<>();
        candidates.forEach((target, roles) -> {
            List<String> audiences =
                    roles.stream().flatMap(each -> each.audiences().stream()).distinct().toList();
            try {
                IdToken.Verdict.Valid valid = believed(target, token, audiences, patience);
                roles.stream()
                        .filter(each -> each.trusts(valid.subject()))
                        .filter(each ->
                                each.audiences().stream().anyMatch(token.audiences()::contains))
                        .forEach(each -> trusting.add(new Trusting(each, target, valid)));
            } catch (Declined e) {
                declined.add(e);
            }
        });
        if (declined.size() == candidates.size()) {
            throw declined.getFirst();
        }
        return trusting;
    }

    private Map<Target, List<Role>> candidates(String issuer) {
        Map<Target, List<Role>> candidates = new LinkedHashMap<>();
        for (Role each : policy.register().roles().values()) {
            Target target = policy.register().targets().get(each.issuer());
            if (!each.removed()
                    && target != null
                    && !target.removed()
                    && target.url().equals(issuer)) {
                candidates.computeIfAbsent(target, _ -> new ArrayList<>()).add(each);
            }
        }
        return candidates;
    }

    private Proven begin(Trusting trusting, String name, Instant end, SessionPolicy narrowing) {
        IdToken.Verdict.Valid valid = trusting.valid();
        Role role = trusting.role();
        Target target = trusting.target();
        Resource.Assumed asked = new Resource.Assumed(role.organisation(), role.name());
        String principal = BucketUses.randomId(random);
        Caller.By.Session session =
                new Caller.By.Session(
                        role.full(),
                        role.id(),
                        "",
                        target.full(),
                        person(role.organisation(), target.url(), valid.subject()),
                        name,
                        end,
                        narrowing.digest());
        Caller.Known made = made(role.organisation(), principal, role.purpose(), session);
        // Nobody was known until here; from here on the session acts, and what it does first is
        // that it begins.
        uses = acting.apply(as(made));
        try (Admitted use =
                uses.admit(
                        "sts:AssumeRoleWithWebIdentity", asked, asked.full() + "/" + principal)) {
            policy.issue(use.carrying(() -> 0), narrowing);
            return new Proven(
                    issued(made, session, narrowing),
                    valid.subject(),
                    valid.audience(),
                    target.url());
        }
    }

    private Request as(Caller caller) {
        return new Request(
                request.id(),
                caller,
                request.door(),
                request.zone(),
                request.address(),
                request.at(),
                request.deadline(),
                Optional.empty());
    }

    /** Nothing is fetched for what does not even say that it is this issuer's. */
    private IdToken.Verdict.Valid valid(Role role, Target target, String text) {
        IdToken token =
                IdToken.parse(text)
                        .filter(each -> each.issuer().equals(target.url()))
                        .orElseThrow(() -> badToken("it is no token of the role's issuer"));
        return believed(target, token, role.audiences(), Issuers.Patience.ALL);
    }

    private IdToken.Verdict.Valid believed(
            Target target, IdToken token, List<String> audiences, Issuers.Patience patience) {
        return switch (issuers.verify(
                target, token, audiences, request.at(), patience, this::program)) {
            case IdToken.Verdict.Valid valid -> valid;
            case IdToken.Verdict.Expired() ->
                    throw new Declined(
                            Declined.Kind.EXPIRED_TOKEN,
                            "The token has expired. Get a new one from its issuer.");
            case IdToken.Verdict.UnknownKey() ->
                    throw badToken("the issuer has no key that it is signed with");
            case IdToken.Verdict.Refused(String sentence) -> throw badToken(sentence);
        };
    }

    /** Keys come from the issuer to here, whoever needs them. */
    private Uses program() {
        return acting.apply(
                new Request(
                        request.id(),
                        new Caller.Program("system:identity", Policy.UPKEEP),
                        "program",
                        uses.dataZone(),
                        "",
                        request.at(),
                        request.deadline(),
                        Optional.empty()));
    }

    private static Declined badToken(String sentence) {
        return new Declined(
                Declined.Kind.BAD_TOKEN, "The identity token is not trusted: " + sentence + ".");
    }

    /** The key of whom an issuer names: one for each person, however many sessions. */
    private String person(String organisation, String issuer, String subject) {
        Organisation owner = policy.register().organisations().get(organisation);
        if (owner == null) {
            throw new IllegalStateException("a role of no organisation: " + organisation);
        }
        KeyId key = new KeyId(KeyId.Kind.ORGANISATION, owner.key());
        String identifier = issuer + " " + subject;
        if (identifier.getBytes(StandardCharsets.UTF_8).length > LONGEST_IDENTIFIER) {
            throw badToken("its subject is too long");
        }
        return keys.createSubject(key, identifier).id();
    }

    /** A credential whose uses are sealed makes no session: its uses would be told at once. */
    private Optional<Credential> source(Caller.Known caller) {
        return Optional.ofNullable(policy.register().credentials().get(caller.credential()))
                .filter(each -> each.seal() instanceof Seal.None);
    }

    @Override
    public Issued token(Duration life) {
        Duration wanted = life.isZero() ? Duration.ofHours(12) : life;
        if (wanted.compareTo(SHORTEST) < 0 || wanted.compareTo(LONGEST) > 0) {
            throw new Declined(
                    Declined.Kind.INVALID,
                    "DurationSeconds is from 900 to 129600, not " + wanted.toSeconds() + ".");
        }
        String principal = BucketUses.randomId(random);
        try (Admitted use =
                uses.admit(
                        "sts:GetSessionToken", new Resource.Own(uses.organisation()), principal)) {
            Caller.Known caller = known();
            Optional<Credential> source = source(caller);
            if (source.isEmpty()) {
                use.record(Outcome.ABSENT, 0);
                throw denied();
            }
            Caller.By.Session session =
                    new Caller.By.Session(
                            "",
                            "",
                            caller.credential(),
                            "",
                            subject(caller),
                            "",
                            end(wanted, caller.purpose(), source.get().expires()),
                            "");
            Caller.Known made = made(caller.organisation(), principal, caller.purpose(), session);
            policy.issue(use.carrying(() -> 0), SessionPolicy.NONE);
            return issued(made, session, SessionPolicy.NONE);
        }
    }

    /** Before anything is decided: what cannot be read can narrow nothing. */
    private static void check(SessionPolicy narrowing) {
        switch (narrowing.fault()) {
            case SessionPolicy.Fault.None() -> {}
            case SessionPolicy.Fault.Malformed(String sentence) ->
                    throw new Declined(
                            Declined.Kind.MALFORMED_POLICY,
                            "The policy cannot be read: " + sentence + ".");
            case SessionPolicy.Fault.TooLarge(int percent) ->
                    throw new Declined(
                            Declined.Kind.LARGE_POLICY,
                            "The policy takes "
                                    + percent
                                    + " % of the room that there is once it is compiled. Name fewer"
                                    + " actions one by one, or write fewer statements.");
        }
    }

    private static Declined denied() {
        return new Declined(Declined.Kind.DENIED, Sentences.of("role-not-trusted", "", ""));
    }

    private static Duration life(Duration wanted, Role role) {
        if (wanted.isZero()) {
            return USUAL.compareTo(role.longest()) < 0 ? USUAL : role.longest();
        }
        if (wanted.compareTo(SHORTEST) < 0 || wanted.compareTo(role.longest()) > 0) {
            throw new Declined(
                    Declined.Kind.INVALID,
                    "DurationSeconds is from 900 to the MaxSessionDuration of this role, "
                            + role.longest().toSeconds()
                            + ", not "
                            + wanted.toSeconds()
                            + ".");
        }
        return wanted;
    }

    /** Whole seconds, as answers say it; never later than what the session hangs on. */
    private Instant end(Duration life, String purpose, Instant source) {
        Purpose found = policy.register().purposes().get(purpose);
        Instant end = request.at().plus(life);
        for (Instant each : List.of(source, found == null ? request.at() : found.expires())) {
            end = each.isBefore(end) ? each : end;
        }
        return end.truncatedTo(ChronoUnit.SECONDS);
    }

    private String subject(Caller.Known caller) {
        Principal found = policy.register().principals().get(caller.principal());
        if (found == null) {
            throw new IllegalStateException("the register has no principal " + caller.principal());
        }
        return found.subject();
    }

    private Caller.Known made(
            String organisation, String principal, String purpose, Caller.By.Session session) {
        return new Caller.Known(organisation, principal, fresh.temporary(), purpose, session);
    }

    private Issued issued(Caller.Known caller, Caller.By.Session session, SessionPolicy narrowing) {
        String secret = fresh.secret();
        return new Issued(
                caller.credential(),
                secret,
                tokens.seal(new SessionTokens.Token(caller, session, secret)),
                session.expires(),
                self(caller),
                narrowing.percent());
    }
}
