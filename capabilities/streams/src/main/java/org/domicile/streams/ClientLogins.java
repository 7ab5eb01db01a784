package org.domicile.streams;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerExtensionsValidatorCallback;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerToken;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallback;
import org.apache.kafka.common.security.plain.PlainAuthenticateCallback;
import org.apache.kafka.common.security.scram.ScramCredential;
import org.apache.kafka.common.security.scram.ScramCredentialCallback;
import org.jspecify.annotations.Nullable;

/** Asks whether clients are who they say. Public because Kafka makes it. */
public final class ClientLogins implements AuthenticateCallbackHandler {
    private @Nullable Admission admission;
    private String mechanism = "";

    /** For Kafka. */
    public ClientLogins() {}

    @Override
    public void configure(
            Map<String, ?> configs, String mechanism, List<AppConfigurationEntry> entries) {
        this.admission = Handover.in(configs).admission();
        this.mechanism = mechanism;
    }

    @Override
    public void handle(Callback[] callbacks) throws UnsupportedCallbackException {
        Admission asked = admission;
        if (asked == null) {
            throw new IllegalStateException("Kafka did not configure its log-ins");
        }
        String name = "";
        for (Callback each : callbacks) {
            switch (each) {
                case NameCallback named -> name = named.getDefaultName();
                case PlainAuthenticateCallback plain ->
                        plain.authenticated(
                                asked.knows(
                                        new Client(name, InetAddress.getLoopbackAddress()),
                                        new String(plain.password())));
                case ScramCredentialCallback scram ->
                        asked.scram(name, mechanism)
                                .ifPresent(found ->
                                        scram.scramCredential(
                                                new ScramCredential(
                                                        found.salt(),
                                                        found.storedKey(),
                                                        found.serverKey(),
                                                        found.iterations())));
                case OAuthBearerValidatorCallback shown -> {
                    switch (asked.bearer(shown.tokenValue())) {
                        case Admission.Bearer.Login login ->
                                shown.token(new ShownToken(shown.tokenValue(), login));
                        case Admission.Bearer.Refused(String sentence) ->
                                // RFC 7628, 3.2.3: clients print what stands in the status
                                shown.error("invalid_token: " + sentence, null, null);
                    }
                }
                case OAuthBearerExtensionsValidatorCallback _ -> {
                    // there are none that mean something here, and Kafka leaves them out then
                }
                default -> throw new UnsupportedCallbackException(each);
            }
        }
    }

    /** A token that lets somebody in, as Kafka wants to know it. */
    private record ShownToken(String value, Admission.Bearer.Login login)
            implements OAuthBearerToken {
        @Override
        public Set<String> scope() {
            return Set.of();
        }

        @Override
        public long lifetimeMs() {
            return login.expires().toEpochMilli();
        }

        @Override
        public String principalName() {
            return login.name();
        }

        @Override
        public @Nullable Long startTimeMs() {
            return null;
        }

        @Override
        public String toString() {
            return "token of " + login.name();
        }
    }

    @Override
    public void close() {}
}
