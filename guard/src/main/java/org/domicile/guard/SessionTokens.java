package org.domicile.guard;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import org.domicile.bytes.StorageFailure;
import org.domicile.keys.Vault;
import org.domicile.request.Caller;

/**
 * Session tokens: all that a temporary credential is, sealed under the program's own key, so that
 * nothing is stored for it, a restart loses none, and nobody can make or change one. What ends one
 * before its time is the register: its role, its purpose, its source.
 *
 * <p>Form: base64 in the URL alphabet without padding of a sealed value; in it a format byte (1),
 * then texts in modified UTF-8 with a two-byte length: access key, secret, organisation, principal,
 * purpose, role, role's id, source, target, subject, name, the digest of its policy; and its end in
 * milliseconds since 1970. At most {@code LONGEST} characters. A table session has format 2: behind
 * that the place of its table, and 1 when it may write.
 */
final class SessionTokens {
    /** Longer is none of ours: the longest texts in one make 3,600. */
    static final int LONGEST = 4_096;

    private static final int FORMAT = 1;
    private static final int FORMAT_OF_TABLES = 2;
    private static final String PLACE = "session-token";

    private final Vault vault;

    SessionTokens(Vault vault) {
        this.vault = vault;
    }

    /** What one says. */
    record Token(Caller.Known caller, Caller.By.Session session, String secret) {
        @Override
        public String toString() {
            return "session " + caller.credential();
        }
    }

    String seal(Token token) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            Caller.Known caller = token.caller();
            Caller.By.Session session = token.session();
            Caller.By.Grant grant = session.grant();
            out.writeByte(grant.isFor() ? FORMAT_OF_TABLES : FORMAT);
            for (String each :
                    new String[] {
                        caller.credential(),
                        token.secret(),
                        caller.organisation(),
                        caller.principal(),
                        caller.purpose(),
                        session.role(),
                        session.roleId(),
                        session.source(),
                        session.target(),
                        session.subject(),
                        session.name(),
                        session.policy()
                    }) {
                out.writeUTF(each);
            }
            out.writeLong(session.expires().toEpochMilli());
            if (grant.isFor()) {
                out.writeUTF(grant.place());
                out.writeBoolean(grant.mode() == Caller.By.Grant.Mode.WRITE);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a byte array does not fail", e);
        }
        return written(vault.seal(PLACE, bytes.toByteArray()));
    }

    private static String written(byte[] sealed) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(sealed);
    }

    /** Empty when it is none of ours. */
    Optional<Token> open(String text) {
        if (text.isEmpty() || text.length() > LONGEST) {
            return Optional.empty();
        }
        byte[] opened;
        try {
            byte[] sealed = Base64.getUrlDecoder().decode(text);
            if (!written(sealed).equals(text)) {
                return Optional.empty(); // bits that mean nothing would be a second spelling
            }
            opened = vault.open(PLACE, sealed);
        } catch (IllegalArgumentException | StorageFailure notOurs) {
            return Optional.empty();
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(opened))) {
            int format = in.readUnsignedByte();
            if (format != FORMAT && format != FORMAT_OF_TABLES) {
                return Optional.empty(); // of a newer program: whoever has it asks for another
            }
            String accessKey = in.readUTF();
            String secret = in.readUTF();
            String organisation = in.readUTF();
            String principal = in.readUTF();
            String purpose = in.readUTF();
            String role = in.readUTF();
            String roleId = in.readUTF();
            String source = in.readUTF();
            String target = in.readUTF();
            String subject = in.readUTF();
            String name = in.readUTF();
            String policy = in.readUTF();
            Instant expires = Instant.ofEpochMilli(in.readLong());
            Caller.By.Grant grant =
                    format == FORMAT
                            ? Caller.By.Grant.NONE
                            : new Caller.By.Grant(
                                    in.readUTF(),
                                    in.readBoolean()
                                            ? Caller.By.Grant.Mode.WRITE
                                            : Caller.By.Grant.Mode.READ);
            Caller.By.Session session =
                    new Caller.By.Session(
                            role, roleId, source, target, subject, name, expires, policy, grant);
            return Optional.of(
                    new Token(
                            new Caller.Known(organisation, principal, accessKey, purpose, session),
                            session,
                            secret));
        } catch (IOException e) {
            throw new IllegalStateException("a token that verifies ends too early", e);
        }
    }
}
