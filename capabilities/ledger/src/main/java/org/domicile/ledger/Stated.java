package org.domicile.ledger;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.domicile.keys.KeyId;
import org.domicile.keys.Subjects;
import org.domicile.keys.Vault;
import org.domicile.request.Append;

/**
 * Statements as entries of the public log, and their texts. The texts get salts from 32 random
 * bytes, which lie beside them in the sealed payload: under the program's key, or, when they are
 * about a person, as {@code 'S' ‖ key id ‖ 16 random bytes ‖ sealed} under that person's.
 */
final class Stated {
    private static final String NAME = "ledger/statement";

    /** No sealed value of the vault begins with it. */
    private static final byte ABOUT = 'S';

    private static final int ID = 16;

    private final Vault vault;
    private final Subjects subjects;
    private final Clock clock;
    private final SecureRandom random;

    Stated(Vault vault, Subjects subjects, Clock clock, SecureRandom random) {
        this.vault = vault;
        this.subjects = subjects;
        this.clock = clock;
        this.random = random;
    }

    /**
     * What the texts of a statement open with.
     *
     * @param commitment makes their salts
     */
    record Texts(Commitment commitment, Map<?, ?> values) {}

    Append append(Statement statement) {
        Map<String, String> commitments = new TreeMap<>(statement.given());
        if (statement.texts().isEmpty()) {
            return new Append(
                    Book.PUBLIC,
                    Entries.statement(statement, commitments, clock.instant()),
                    new byte[0]);
        }
        byte[] secret = new byte[Merkle.HASH];
        random.nextBytes(secret);
        Commitment commitment = new Commitment(secret);
        statement
                .texts()
                .forEach((name, text) ->
                        commitments.put(name, Signer.base64(commitment.to(name, text))));
        byte[] payload =
                JsonText.of(Map.of("secret", Signer.base64(secret), "texts", statement.texts()));
        return new Append(
                Book.PUBLIC,
                Entries.statement(statement, commitments, clock.instant()),
                statement.about().isEmpty()
                        ? vault.seal(NAME, payload)
                        : sealed(statement.about().getFirst(), payload));
    }

    private byte[] sealed(KeyId about, byte[] payload) {
        byte[] id = new byte[ID];
        random.nextBytes(id);
        byte[] sealed = subjects.seal(about, name(id), payload);
        return ByteBuffer.allocate(1 + 2 * ID + sealed.length)
                .put(ABOUT)
                .put(HexFormat.of().parseHex(about.id()))
                .put(id)
                .put(sealed)
                .array();
    }

    private static byte[] name(byte[] id) {
        return ("statement/" + HexFormat.of().formatHex(id)).getBytes(StandardCharsets.UTF_8);
    }

    /** The texts; empty when there were none or they were erased. */
    Optional<Texts> open(byte[] payload) {
        if (payload.length == 0) {
            return Optional.empty();
        }
        Optional<byte[]> opened =
                payload[0] == ABOUT && payload.length > 1 + 2 * ID
                        ? openAbout(payload)
                        : Optional.of(vault.open(NAME, payload));
        return opened.map(bytes -> {
            Map<String, Object> members = JsonReading.object(bytes);
            byte[] secret = Base64.getDecoder().decode((String) members.getOrDefault("secret", ""));
            return members.get("texts") instanceof Map<?, ?> texts
                    ? new Texts(new Commitment(secret), texts)
                    : new Texts(new Commitment(secret), Map.of());
        });
    }

    private Optional<byte[]> openAbout(byte[] payload) {
        KeyId about = new KeyId(KeyId.Kind.SUBJECT, HexFormat.of().formatHex(payload, 1, 1 + ID));
        byte[] id = Arrays.copyOfRange(payload, 1 + ID, 1 + 2 * ID);
        return subjects.open(
                about, name(id), Arrays.copyOfRange(payload, 1 + 2 * ID, payload.length));
    }
}
