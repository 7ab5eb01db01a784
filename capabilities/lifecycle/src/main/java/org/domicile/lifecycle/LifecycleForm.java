package org.domicile.lifecycle;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.domicile.bytes.StorageFailure;

/** Reads and writes the form that the package's page specifies. */
final class LifecycleForm {
    private static final int FORMAT = 1;
    private static final List<Lifecycle.Least> LEAST = List.of(Lifecycle.Least.values());

    private LifecycleForm() {}

    static byte[] encode(Lifecycle lifecycle) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(64 * lifecycle.rules().size());
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(FORMAT);
            out.writeByte(lifecycle.least().ordinal());
            out.writeShort(lifecycle.rules().size());
            for (Rule rule : lifecycle.rules()) {
                write(out, rule);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a byte array does not fail", e);
        }
        return bytes.toByteArray();
    }

    private static void write(DataOutputStream out, Rule rule) throws IOException {
        text(out, rule.id());
        out.writeBoolean(rule.state() == Rule.State.ENABLED);
        Rule.Filter filter = rule.filter();
        out.writeBoolean(filter.form() == Rule.Form.FILTER);
        text(out, filter.prefix());
        out.writeShort(filter.tags().size());
        for (Map.Entry<String, String> tag : filter.tags().entrySet()) {
            text(out, tag.getKey());
            text(out, tag.getValue());
        }
        out.writeLong(filter.over());
        out.writeLong(filter.under());
        switch (rule.expiration()) {
            case Rule.Expiration.Never() -> expiration(out, 0, 0);
            case Rule.Expiration.Days(int days) -> expiration(out, 1, days);
            case Rule.Expiration.On(Instant date) -> expiration(out, 2, date.toEpochMilli());
            case Rule.Expiration.Marker() -> expiration(out, 3, 0);
        }
        out.writeInt(rule.noncurrent().days());
        out.writeInt(rule.noncurrent().kept());
        out.writeInt(rule.abortDays());
    }

    private static void expiration(DataOutputStream out, int kind, long number) throws IOException {
        out.writeByte(kind);
        out.writeLong(number);
    }

    static Lifecycle decode(byte[] document) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(document))) {
            int format = in.readUnsignedByte();
            if (format != FORMAT) {
                throw new StorageFailure(
                        StorageFailure.Kind.FOREIGN,
                        "lifecycle rules have format " + format + ", newer than this program");
            }
            Lifecycle.Least least = LEAST.get(in.readUnsignedByte());
            List<Rule> rules = new ArrayList<>();
            for (int left = in.readUnsignedShort(); left > 0; left--) {
                rules.add(rule(in));
            }
            return new Lifecycle(rules, least);
        } catch (IOException e) {
            throw new StorageFailure(
                    StorageFailure.Kind.CORRUPT, "lifecycle rules end too early", e);
        }
    }

    private static Rule rule(DataInputStream in) throws IOException {
        String id = text(in);
        Rule.State state = in.readBoolean() ? Rule.State.ENABLED : Rule.State.DISABLED;
        Rule.Form form = in.readBoolean() ? Rule.Form.FILTER : Rule.Form.PREFIX;
        String prefix = text(in);
        Map<String, String> tags = new LinkedHashMap<>();
        for (int left = in.readUnsignedShort(); left > 0; left--) {
            tags.put(text(in), text(in));
        }
        Rule.Filter filter = new Rule.Filter(form, prefix, tags, in.readLong(), in.readLong());
        int kind = in.readUnsignedByte();
        long number = in.readLong();
        Rule.Expiration expiration =
                switch (kind) {
                    case 0 -> new Rule.Expiration.Never();
                    case 1 -> new Rule.Expiration.Days((int) number);
                    case 2 -> new Rule.Expiration.On(Instant.ofEpochMilli(number));
                    case 3 -> new Rule.Expiration.Marker();
                    default ->
                            throw new StorageFailure(
                                    StorageFailure.Kind.CORRUPT, "no expiration of kind " + kind);
                };
        Rule.Noncurrent noncurrent = new Rule.Noncurrent(in.readInt(), in.readInt());
        return new Rule(id, state, filter, expiration, noncurrent, in.readInt());
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
