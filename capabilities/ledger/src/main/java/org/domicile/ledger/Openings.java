package org.domicile.ledger;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.domicile.bytes.StorageFailure;
import org.domicile.keys.KeyId;
import org.domicile.keys.Keys;
import org.domicile.keys.Subjects;
import org.jspecify.annotations.Nullable;

/**
 * Opens chosen commitments of an entry: for each its value and its salt, from which no other salt
 * can be told. What it gives was compared with the entry.
 */
final class Openings {
    /** What a use's subjects are called: {@code subject/0}, {@code subject/1}, … */
    private static final String SUBJECT = "subject/";

    private final Subjects subjects;
    private final Stated stated;

    Openings(Subjects subjects, Stated stated) {
        this.subjects = subjects;
        this.stated = stated;
    }

    /** A commitment of an entry, its opening, or that there is none any more. */
    private record Field(byte[] commitment, Optional<Ledger.Opening> opening) {}

    /** The names that an entry commits to. */
    static TreeSet<String> fields(byte[] entry) {
        Map<String, Object> members = JsonReading.object(entry);
        TreeSet<String> names = new TreeSet<>();
        if (members.get("commitments") instanceof Map<?, ?> named) {
            named.keySet().forEach(name -> names.add((String) name));
        }
        if (members.get("texts") instanceof Map<?, ?> named) {
            named.keySet().forEach(name -> names.add((String) name));
        }
        if (members.get("subjects") instanceof List<?> people) {
            for (int i = 0; i < people.size(); i++) {
                names.add(SUBJECT + i);
            }
        }
        return names;
    }

    /**
     * @throws IllegalArgumentException with a sentence: a field that the entry does not have, or
     *     that was erased
     */
    List<Ledger.Opening> of(byte[] entry, Optional<byte[]> payload, List<String> wanted) {
        TreeSet<String> known = fields(entry);
        List<Ledger.Opening> openings = new ArrayList<>();
        Optional<UseEntry> use = UseEntry.parse(entry);
        for (String name : wanted) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException(
                        known.isEmpty()
                                ? "the entry commits to nothing; all of it is public"
                                : "the entry has no field %s; it has %s"
                                        .formatted(name, String.join(", ", known)));
            }
            Field field =
                    use.isPresent()
                            ? ofUse(use.get(), entry, payload, name)
                            : ofStatement(entry, payload, name);
            Ledger.Opening opening =
                    field.opening()
                            .orElseThrow(() ->
                                    new IllegalArgumentException(
                                            ("the field %s cannot be opened: it was erased, or its"
                                                            + " opening was given away")
                                                    .formatted(name)));
            if (!java.security.MessageDigest.isEqual(
                    field.commitment(), Commitment.to(opening.salt(), opening.value()))) {
                throw new StorageFailure(
                        StorageFailure.Kind.CORRUPT,
                        "the field " + name + " is not what its entry commits to");
            }
            openings.add(opening);
        }
        return openings;
    }

    private Field ofUse(UseEntry use, byte[] entry, Optional<byte[]> payload, String name) {
        Map<String, Object> members = JsonReading.object(entry);
        Optional<UseRecord.People> people = payload.flatMap(UseRecord::people);
        if (people.isEmpty()) {
            return new Field(new byte[0], Optional.empty());
        }
        byte[] id = UseRecord.entryId(use.organisation(), use.node(), use.number());
        try {
            if (name.startsWith(SUBJECT) && members.get("subjects") instanceof List<?> listed) {
                int which = Integer.parseInt(name.substring(SUBJECT.length()));
                KeyId subject = people.get().concerned().get(which);
                byte[] salt = new Commitment(subjects.salts(subject, id)).salt("subject");
                return new Field(
                        bytes(listed.get(which)),
                        Optional.of(new Ledger.Opening(name, salt, subject.id())));
            }
            Commitment commitment =
                    name.equals("object")
                            ? UseRecord.objectCommitment(subjects, people.get(), id)
                            : new Commitment(subjects.salts(people.get().caller(), id));
            Object value = UseRecord.open(subjects, use, payload).get(name);
            return field(members.get("commitments"), commitment, name, value);
        } catch (Keys.KeyGone e) {
            return new Field(new byte[0], Optional.empty());
        }
    }

    private Field ofStatement(byte[] entry, Optional<byte[]> payload, String name) {
        Optional<Stated.Texts> texts = payload.flatMap(stated::open);
        if (texts.isEmpty()) {
            return new Field(new byte[0], Optional.empty());
        }
        return field(
                JsonReading.object(entry).get("texts"),
                texts.get().commitment(),
                name,
                texts.get().values().get(name));
    }

    private static Field field(
            @Nullable Object commitments,
            Commitment commitment,
            String name,
            @Nullable Object value) {
        byte[] committed =
                commitments instanceof Map<?, ?> named ? bytes(named.get(name)) : new byte[0];
        return value == null
                ? new Field(committed, Optional.empty())
                : new Field(
                        committed,
                        Optional.of(
                                new Ledger.Opening(
                                        name, commitment.salt(name), String.valueOf(value))));
    }

    private static byte[] bytes(@Nullable Object base64) {
        return base64 instanceof String text ? Base64.getDecoder().decode(text) : new byte[0];
    }
}
