package org.domicile.policy;

import static org.domicile.policy.RegisterCodec.instant;
import static org.domicile.policy.RegisterCodec.text;
import static org.domicile.policy.RegisterCodec.texts;

import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * How roles and outbound targets lie in the keyspace, in the forms of {@link RegisterCodec}. A
 * role: organisation, name, id, purpose, principals, issuer, audiences, subjects, the language of
 * its permissions as a byte (0 IAM, 1 Cedar) and the SHA-256 of their text, the longest session in
 * seconds (four bytes), created, removed; then the text, sealed, after its length. A target:
 * organisation, name, URL, zone, networks, created, removed.
 */
final class RoleCodec {
    private RoleCodec() {}

    static byte[] encode(Role role) {
        return RegisterCodec.write(out -> fields(out, role));
    }

    private static void fields(DataOutputStream out, Role role) throws IOException {
        text(out, role.organisation());
        text(out, role.name());
        text(out, role.id());
        text(out, role.purpose());
        texts(out, role.principals());
        text(out, role.issuer());
        texts(out, role.audiences());
        texts(out, role.subjects());
        out.writeByte(
                switch (role.permissions().language()) {
                    case IAM -> 0;
                    case CEDAR -> 1;
                });
        text(out, role.permissions().digest());
        out.writeInt((int) role.longest().toSeconds());
        instant(out, role.created());
        out.writeBoolean(role.removed());
    }

    static Role role(byte[] stored) {
        return RegisterCodec.read(
                stored,
                in -> {
                    String organisation = text(in);
                    String name = text(in);
                    String id = text(in);
                    String purpose = text(in);
                    List<String> principals = texts(in);
                    String issuer = text(in);
                    List<String> audiences = texts(in);
                    List<String> subjects = texts(in);
                    Permissions.Language language =
                            switch (in.readByte()) {
                                case 0 -> Permissions.Language.IAM;
                                case 1 -> Permissions.Language.CEDAR;
                                default -> throw new IOException("a role's language is unknown");
                            };
                    String digest = text(in);
                    Duration longest = Duration.ofSeconds(in.readInt());
                    Instant created = instant(in);
                    boolean removed = in.readBoolean();
                    Permissions permissions = new Permissions(language, digest, "");
                    return new Role(
                            organisation,
                            name,
                            id,
                            purpose,
                            principals,
                            issuer,
                            audiences,
                            subjects,
                            permissions,
                            longest,
                            created,
                            removed);
                });
    }

    static byte[] encode(Target target) {
        return RegisterCodec.write(out -> {
            text(out, target.organisation());
            text(out, target.name());
            text(out, target.url());
            text(out, target.zone());
            texts(out, target.networks());
            instant(out, target.created());
            out.writeBoolean(target.removed());
        });
    }

    static Target target(byte[] stored) {
        return RegisterCodec.read(
                stored,
                in ->
                        new Target(
                                text(in),
                                text(in),
                                text(in),
                                text(in),
                                texts(in),
                                instant(in),
                                in.readBoolean()));
    }
}
