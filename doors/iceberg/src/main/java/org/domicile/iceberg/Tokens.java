package org.domicile.iceberg;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.domicile.guard.GuardedSessions;
import org.domicile.guard.Identity;
import org.domicile.http.BasicLogin;
import org.domicile.request.Caller;
import org.jspecify.annotations.Nullable;

/**
 * The token endpoint: RFC 6749 §4.4 with the client's name and secret in the form or as Basic, and
 * RFC 8693 as far as Iceberg's client uses it to keep a token alive: it gets the same one back,
 * because a session makes no other one.
 */
final class Tokens {
    private static final String EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
    private static final String TYPE = "urn:ietf:params:oauth:token-type:access_token";
    private static final int LONGEST = 16 << 10;

    private Tokens() {}

    /** What is wrong, as RFC 6749 §5.2 says it. */
    static final class Wrong extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final int status;
        private final String code;
        private final Caller.@Nullable Known claimed;

        Wrong(int status, String code, Optional<Caller.Known> claimed, String sentence) {
            super(sentence, null, false, false);
            this.status = status;
            this.code = code;
            this.claimed = claimed.orElse(null);
        }

        int status() {
            return status;
        }

        /** Whom it was said to be. */
        Optional<Caller.Known> claimed() {
            return Optional.ofNullable(claimed);
        }

        String code() {
            return code;
        }

        String body() {
            return Json.object(out -> {
                out.writeStringField("error", code);
                out.writeStringField("error_description", String.valueOf(getMessage()));
            });
        }
    }

    /** A form, decoded. */
    static Map<String, String> form(byte[] body) {
        Map<String, String> form = new HashMap<>();
        if (body.length > LONGEST) {
            throw new Wrong(400, "invalid_request", Optional.empty(), "The form is too long.");
        }
        for (String each : new String(body, StandardCharsets.UTF_8).split("&", -1)) {
            int equals = each.indexOf('=');
            if (equals > 0) {
                form.put(
                        Asked.decoded(each.substring(0, equals)),
                        Asked.decoded(each.substring(equals + 1)));
            }
        }
        return form;
    }

    /** What a form asks for. */
    sealed interface Grant {
        /** A token for who showed a secret. */
        record Fresh(Caller.Known caller) implements Grant {}

        /** A token that is shown. */
        record Shown(String token) implements Grant {}
    }

    /** What a form asks for. @param shown beside it, in the head */
    static Grant grant(Map<String, String> form, Optional<BasicLogin> shown, Identity identity) {
        String type = form.getOrDefault("grant_type", "");
        if (type.equals(EXCHANGE)) {
            return new Grant.Shown(form.getOrDefault("subject_token", ""));
        }
        if (!type.equals("client_credentials")) {
            throw new Wrong(
                    400,
                    "unsupported_grant_type",
                    Optional.empty(),
                    "Ask with grant_type=client_credentials.");
        }
        String id = form.getOrDefault("client_id", "");
        BasicLogin login =
                shown.filter(_ -> id.isEmpty())
                        .orElseGet(() ->
                                new BasicLogin(
                                        id,
                                        form.getOrDefault("client_secret", "")
                                                .getBytes(StandardCharsets.UTF_8)));
        Caller.Known caller =
                identity.caller(login.accessKey(), login.secret())
                        .orElseThrow(() ->
                                new Wrong(
                                        401,
                                        "invalid_client",
                                        identity.caller(login.accessKey()),
                                        "client_id is an access key, client_secret its secret:"
                                                + " there is no such pair."));
        return new Grant.Fresh(caller);
    }

    /** Makes a token. */
    static String fresh(GuardedSessions sessions, Identity identity, Instant now) {
        GuardedSessions.Issued issued = sessions.token(Duration.ZERO);
        Identity.Session session =
                identity.session(issued.accessKey(), issued.token())
                        .orElseThrow(() ->
                                new IllegalStateException("a session that was just made is none"));
        return answer(
                BearerToken.of(issued.accessKey(), issued.token(), session).text(),
                issued.expires(),
                now);
    }

    /** Gives back a token that is still one. */
    static String shown(String token, Identity identity, Instant now) {
        Identity.Session session =
                BearerToken.parse(token)
                        .flatMap(each -> each.session(identity))
                        .filter(each -> now.isBefore(each.expires()))
                        .orElseThrow(() ->
                                new Wrong(
                                        401,
                                        "invalid_client",
                                        Optional.empty(),
                                        "This token is none of ours, or has ended. Ask anew, with"
                                                + " the credential."));
        return answer(token, session.expires(), now);
    }

    private static String answer(String token, Instant expires, Instant now) {
        return Json.object(out -> {
            out.writeStringField("access_token", token);
            out.writeStringField("token_type", "bearer");
            out.writeNumberField(
                    "expires_in", Math.max(0, Duration.between(now, expires).toSeconds()));
            out.writeStringField("issued_token_type", TYPE);
            out.writeStringField("scope", "catalog");
        });
    }
}
