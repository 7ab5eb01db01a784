package org.domicile.streams;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;
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
                default -> throw new UnsupportedCallbackException(each);
            }
        }
    }

    @Override
    public void close() {}
}
