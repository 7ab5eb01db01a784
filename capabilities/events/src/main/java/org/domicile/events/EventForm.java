package org.domicile.events;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.domicile.bytes.StorageFailure;

/** Reads and writes the forms that the package's page specifies. */
final class EventForm {
    private static final int FORMAT = 1;

    /** By the number that stands in storage: their order never changes, new ones come last. */
    private static final List<EventType> TYPES = List.of(EventType.values());

    private EventForm() {}

    private interface Writing {
        void to(DataOutputStream out) throws IOException;
    }

    private interface Reading<T> {
        T from(DataInputStream in) throws IOException;
    }

    private static byte[] write(Writing writing) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            writing.to(out);
        } catch (IOException e) {
            throw new UncheckedIOException("a byte array does not fail", e);
        }
        return bytes.toByteArray();
    }

    private static <T> T read(byte[] form, String what, Reading<T> reading) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(form))) {
            return reading.from(in);
        } catch (IOException e) {
            throw new StorageFailure(StorageFailure.Kind.CORRUPT, what + " ends too early", e);
        }
    }

    private static void format(DataInputStream in, String what) throws IOException {
        int format = in.readUnsignedByte();
        if (format != FORMAT) {
            throw foreign(what + " has format " + format);
        }
    }

    private static StorageFailure foreign(String what) {
        return new StorageFailure(StorageFailure.Kind.FOREIGN, what + ", newer than this program");
    }

    static byte[] encode(Event event) {
        return write(out -> {
            out.writeByte(FORMAT);
            out.writeByte(TYPES.indexOf(event.type()));
            out.writeLong(event.at().toEpochMilli());
            text(out, event.purpose());
            text(out, event.bucket().id());
            text(out, event.bucket().name());
            texts(out, event.bucket().zones());
            text(out, event.name());
            switch (event.version()) {
                case Event.Version.None() -> version(out, 0, "");
                case Event.Version.Fresh() -> version(out, 1, "");
                case Event.Version.Known(String id) -> version(out, 2, id);
            }
            out.writeLong(event.size());
            out.writeInt(event.details().length);
            out.write(event.details());
        });
    }

    private static void version(DataOutputStream out, int kind, String id) throws IOException {
        out.writeByte(kind);
        text(out, id);
    }

    static Event event(byte[] row) {
        return read(
                row,
                "an event",
                in -> {
                    format(in, "an event");
                    int type = in.readUnsignedByte();
                    if (type >= TYPES.size()) {
                        throw foreign("an event is of type " + type);
                    }
                    Instant at = Instant.ofEpochMilli(in.readLong());
                    String purpose = text(in);
                    Event.Place bucket = new Event.Place(text(in), text(in), texts(in));
                    String name = text(in);
                    int kind = in.readUnsignedByte();
                    String id = text(in);
                    Event.Version version =
                            switch (kind) {
                                case 0 -> new Event.Version.None();
                                case 1 -> new Event.Version.Fresh();
                                case 2 -> new Event.Version.Known(id);
                                default -> throw foreign("an event's version is of kind " + kind);
                            };
                    long size = in.readLong();
                    byte[] details = in.readNBytes(in.readInt());
                    return new Event(
                            TYPES.get(type), at, purpose, bucket, name, version, size, details);
                });
    }

    static byte[] encode(Event.Details details) {
        return write(out -> {
            text(out, details.rule());
            text(out, details.etag());
            text(out, details.principal());
            text(out, details.request());
        });
    }

    static Event.Details details(byte[] opened) {
        return read(
                opened,
                "an event's details",
                in -> new Event.Details(text(in), text(in), text(in), text(in)));
    }

    static byte[] encode(Notification notification) {
        return write(out -> {
            out.writeByte(FORMAT);
            text(out, notification.purpose());
            out.writeByte(notification.rules().size());
            for (Notification.Rule rule : notification.rules()) {
                text(out, rule.id());
                text(out, rule.to().arn());
                texts(out, rule.events());
                text(out, rule.prefix());
                text(out, rule.suffix());
            }
        });
    }

    static Notification notification(byte[] document) {
        return read(
                document,
                "a notification",
                in -> {
                    format(in, "a notification");
                    String purpose = text(in);
                    List<Notification.Rule> rules = new ArrayList<>();
                    for (int left = in.readUnsignedByte(); left > 0; left--) {
                        String id = text(in);
                        String arn = text(in);
                        Destination to =
                                Destination.of(arn)
                                        .orElseThrow(() -> foreign("the destination is " + arn));
                        rules.add(new Notification.Rule(id, to, texts(in), text(in), text(in)));
                    }
                    return new Notification(rules, purpose);
                });
    }

    private static void texts(DataOutputStream out, List<String> texts) throws IOException {
        out.writeByte(texts.size());
        for (String each : texts) {
            text(out, each);
        }
    }

    private static List<String> texts(DataInputStream in) throws IOException {
        List<String> texts = new ArrayList<>();
        for (int left = in.readUnsignedByte(); left > 0; left--) {
            texts.add(text(in));
        }
        return texts;
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeShort(bytes.length);
        out.write(bytes);
    }

    private static String text(DataInputStream in) throws IOException {
        byte[] bytes = new byte[in.readUnsignedShort()];
        in.readFully(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
