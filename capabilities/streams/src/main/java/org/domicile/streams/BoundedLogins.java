package org.domicile.streams;

import java.security.Provider;
import java.security.Security;
import java.util.List;
import java.util.Map;
import javax.security.auth.callback.CallbackHandler;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import javax.security.sasl.SaslServerFactory;
import org.apache.kafka.common.security.oauthbearer.internals.OAuthBearerSaslServer.OAuthBearerSaslServerFactory;
import org.apache.kafka.common.security.plain.internals.PlainSaslServer.PlainSaslServerFactory;
import org.apache.kafka.common.security.scram.internals.ScramSaslServer.ScramSaslServerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Looks at what a stranger says before Kafka does. Kafka matches it with regular expressions that
 * go a step down the stack for each character of a name and each pair of an extension; where the
 * stack ends there, what other connections of the thread had received is lost. Public because Java
 * makes it.
 */
public final class BoundedLogins implements SaslServerFactory {
    private static final String PLAIN = "PLAIN";
    private static final String SCRAM = "SCRAM-SHA-256";
    private static final String BEARER = "OAUTHBEARER";

    /** Of a part of a message; of 768 a stack of 512 KiB ends. No login here is as long. */
    static final int LONGEST_NAME = 256;

    /** Of a message of SCRAM: a name, a nonce and a proof. */
    static final int LONGEST_SCRAM = 1_024;

    /** What a client says beside its token. */
    static final int MOST_PAIRS = 16;

    /** For Java. */
    public BoundedLogins() {}

    /** From now on it is asked and not Kafka's own, which is behind it. */
    static void register() {
        Security.insertProviderAt(new Ours(), 1); // once: they have names
    }

    private static final class Ours extends Provider {
        private static final long serialVersionUID = 1L;

        Ours() {
            super("Domicile", "1", "logins to streams, bounded");
            for (String each : List.of(PLAIN, SCRAM, BEARER)) {
                put("SaslServerFactory." + each, BoundedLogins.class.getName());
            }
        }
    }

    @Override
    public String[] getMechanismNames(@Nullable Map<String, ?> wanted) {
        return new String[] {PLAIN, SCRAM, BEARER};
    }

    @Override
    public @Nullable SaslServer createSaslServer(
            String mechanism,
            String protocol,
            String server,
            Map<String, ?> wanted,
            CallbackHandler asked)
            throws SaslException {
        SaslServerFactory kafkas =
                switch (mechanism) {
                    case PLAIN -> new PlainSaslServerFactory();
                    case SCRAM -> new ScramSaslServerFactory();
                    case BEARER -> new OAuthBearerSaslServerFactory();
                    default -> null;
                };
        return kafkas == null
                ? null
                : new Bounded(kafkas.createSaslServer(mechanism, protocol, server, wanted, asked));
    }

    private static int count(byte[] message, char what) {
        int count = 0;
        for (byte each : message) {
            count += each == what ? 1 : 0;
        }
        return count;
    }

    private static boolean isTooMuch(String mechanism, byte[] message) {
        return switch (mechanism) {
            case SCRAM -> message.length > LONGEST_SCRAM || longestPart(message) > LONGEST_NAME;
            case BEARER ->
                    message.length > 1 // else the client has read why it was refused
                            && (count(message, '\1') > MOST_PAIRS + 2 || !namesSoon(message));
            default -> false;
        };
    }

    private static int longestPart(byte[] message) {
        int longest = 0;
        int begun = 0;
        for (int i = 0; i <= message.length; i++) {
            if (i == message.length || message[i] == ',') {
                longest = Math.max(longest, i - begun);
                begun = i + 1;
            }
        }
        return longest;
    }

    /** A name ends with the second comma (RFC 7628, 3.1). */
    private static boolean namesSoon(byte[] message) {
        int commas = 0;
        for (int i = 0; i < Math.min(message.length, LONGEST_NAME); i++) {
            commas += message[i] == ',' ? 1 : 0;
            if (commas == 2) {
                return true;
            }
        }
        return false;
    }

    private record Bounded(SaslServer kafkas) implements SaslServer {
        @Override
        public byte[] evaluateResponse(byte[] response) throws SaslException {
            if (isTooMuch(kafkas.getMechanismName(), response)) {
                throw new SaslException("A login says less than this.");
            }
            try {
                return kafkas.evaluateResponse(response);
            } catch (StackOverflowError e) {
                throw new SaslException("A login says less than this.", e);
            }
        }

        @Override
        public String getMechanismName() {
            return kafkas.getMechanismName();
        }

        @Override
        public boolean isComplete() {
            return kafkas.isComplete();
        }

        @Override
        public String getAuthorizationID() {
            return kafkas.getAuthorizationID();
        }

        @Override
        public byte[] unwrap(byte[] incoming, int offset, int length) throws SaslException {
            return kafkas.unwrap(incoming, offset, length);
        }

        @Override
        public byte[] wrap(byte[] outgoing, int offset, int length) throws SaslException {
            return kafkas.wrap(outgoing, offset, length);
        }

        @Override
        public Object getNegotiatedProperty(String name) {
            return kafkas.getNegotiatedProperty(name);
        }

        @Override
        public void dispose() throws SaslException {
            kafkas.dispose();
        }
    }
}
