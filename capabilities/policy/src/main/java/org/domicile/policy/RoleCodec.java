package org.domicile.policy;

import static org.domicile.policy.RegisterCodec.instant;
import static org.domicile.policy.RegisterCodec.text;
import static org.domicile.policy.RegisterCodec.texts;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.domicile.keys.Vault;

/**
 * How roles and outbound targets lie in the keyspace, in the forms of {@link RegisterCodec}. A
 * role: organisation, name, id, purpose, principals, issuer, audiences, subjects, the language of
 * its permissions as a byte (0 IAM, 1 Cedar) and the SHA-256 of their text, the longest session in
 * seconds (four bytes), created, removed; then the text, sealed, after its length. A target:
 * organisation, name, URL, zone, networks, created, removed.
 */
final class RoleCodec {
    private RoleCodec() {}

    /** All but the text, which its digest stands for: what digests of registers are made of. */
    static byte[] named(Role role) {
        return RegisterCodec.write(out -> fields(out, role));
    }

    static byte[] encode(Role role, Vault vault) {
        byte[] sealed =
                vault.seal(
                        place(role.full(), role.id()),
                        role.permissions().text().getBytes(StandardCharsets.UTF_8));
        return RegisterCodec.write(out -> {
            fields(out, role);
            out.writeInt(sealed.length);
            out.write(sealed);
        });
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

    static Role role(byte[] stored, Vault vault) {
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
                    byte[] opened =
                            vault.open(
                                    place(organisation + "/" + name, id),
                                    in.readNBytes(in.readInt()));
                    Permissions permissions =
                            new Permissions(language, new String(opened, StandardCharsets.UTF_8));
                    if (!permissions.digest().equals(digest)) {
                        throw new IOException("a role's permissions are not what its record names");
                    }
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

    private static String place(String role, String id) {
        return "role/" + role + "/" + id;
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
