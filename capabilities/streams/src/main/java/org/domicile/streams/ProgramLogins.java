package org.domicile.streams;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;
import org.apache.kafka.common.security.plain.PlainAuthenticateCallback;
import org.jspecify.annotations.Nullable;

/** Lets the program's own connections in, and nobody else. Public because Kafka makes it. */
public final class ProgramLogins implements AuthenticateCallbackHandler {
    private @Nullable Handover handover;

    /** For Kafka. */
    public ProgramLogins() {}

    @Override
    public void configure(
            Map<String, ?> configs, String mechanism, List<AppConfigurationEntry> entries) {
        handover = Handover.in(configs);
    }

    @Override
    public void handle(Callback[] callbacks) throws UnsupportedCallbackException {
        String name = "";
        for (Callback each : callbacks) {
            switch (each) {
                case NameCallback asked -> name = asked.getDefaultName();
                case PlainAuthenticateCallback asked ->
                        asked.authenticated(isProgram(name, asked.password()));
                default -> throw new UnsupportedCallbackException(each);
            }
        }
    }

    private boolean isProgram(String name, char[] password) {
        Handover known = handover;
        return known != null
                && name.equals(Handover.PROGRAM)
                && MessageDigest.isEqual(
                        new String(password).getBytes(StandardCharsets.UTF_8),
                        known.secret().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {}
}
