package org.domicile.guard;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.domicile.bytes.StorageFailure;
import org.domicile.keys.KeyId;
import org.domicile.ledger.Use;
import org.domicile.request.Caller;
import org.domicile.streams.Admission;

/**
 * One minute of one caller's access to one stream: the use that began it, and how much it was so
 * far. Counts are behind its own lock.
 */
final class StreamMinute {
    private static final int FORMAT = 1;

    /** The same of a temporary credential. */
    private static final int FORMAT_OF_SESSIONS = 2;

    /** Of a partition: what is further apart than so many ranges is told as one. */
    private static final int MOST_RANGES = 8;

    private static final int LONGEST_TEXT = 2_000;

    /** What a client says that it has got is not believed beyond that. */
    private static final long MOST_AT_ONCE = 1L << 32;

    /** From one offset to before another. */
    record Span(long from, long to) {}

    private final String id;
    private final Use opening;
    private final Map<Integer, List<Span>> spans = new TreeMap<>();
    private long records;
    private long bytes;
    private boolean untold;
    private boolean changed;
    private boolean closed;

    /**
     * @param opening as it is on record
     */
    StreamMinute(String id, Use opening) {
        this.id = id;
        this.opening = opening;
    }

    String id() {
        return id;
    }

    Use opening() {
        return opening;
    }

    /** Minutes of the epoch. */
    static long minute(Instant at) {
        return Math.floorDiv(at.getEpochSecond(), 60);
    }

    long minute() {
        return minute(opening.at());
    }

    synchronized void published(Admission.Brought brought) {
        records += brought.records();
        bytes += brought.bytes();
        untold = true;
        changed = true;
        if (brought.from() >= 0) {
            spans(brought.partition(), brought.from(), brought.from() + brought.records());
        }
    }

    synchronized void polled(int partition, long from, long to) {
        records += Math.clamp(to - from, 0, MOST_AT_ONCE);
        untold = true;
        changed = true;
        spans(partition, from, to);
    }

    private void spans(int partition, long from, long to) {
        List<Span> all = spans.computeIfAbsent(partition, _ -> new ArrayList<>());
        Span last = all.isEmpty() ? null : all.getLast();
        if (last != null && last.to() == from) {
            all.set(all.size() - 1, new Span(last.from(), to));
        } else if (last != null && all.size() >= MOST_RANGES) {
            all.set(all.size() - 1, new Span(Math.min(last.from(), from), Math.max(last.to(), to)));
        } else {
            all.add(new Span(from, to));
        }
    }

    /** Whether something has to be said of it at its end: it did not end yet, or more came. */
    synchronized boolean wantsClosing() {
        return !closed || untold;
    }

    synchronized boolean isOver() {
        return closed && !untold;
    }

    /** What its end says. */
    record Told(String object, long records, long bytes, Map<Integer, List<Span>> spans) {}

    /** Takes what is to be told; what comes afterwards is told by itself. */
    synchronized Told take(boolean whole) {
        StringBuilder text = new StringBuilder(opening.object());
        text.append(whole ? " " : " at least ").append(records).append(" records");
        spans.forEach((partition, all) -> {
            if (text.length() < LONGEST_TEXT) {
                text.append(' ').append(partition).append(':');
                for (int i = 0; i < all.size(); i++) {
                    text.append(i == 0 ? "" : ",")
                            .append(all.get(i).from())
                            .append('-')
                            .append(all.get(i).to());
                }
            }
        });
        Told told = new Told(text.toString(), records, bytes, new TreeMap<>(spans));
        records = 0;
        bytes = 0;
        spans.clear();
        untold = false;
        closed = true;
        return told;
    }

    /** It could not be told: it is tried again, with what was taken. */
    synchronized void giveBack(Told told) {
        records += told.records();
        bytes += told.bytes();
        told.spans()
                .forEach((partition, all) ->
                        spans.computeIfAbsent(partition, _ -> new ArrayList<>()).addAll(0, all));
        untold = true;
        changed = true;
        closed = false;
    }

    /** Whether it is to be kept anew; true once for each change. */
    synchronized boolean takeChanged() {
        boolean was = changed && !closed;
        changed = false;
        return was;
    }

    /** It could not be kept. */
    synchronized void giveBackChanged() {
        changed = true;
    }

    /** How its end is called, from how it began. */
    static String closingAction(String opening) {
        return switch (opening) {
            case "streams:Publish" -> "streams:Published";
            case "streams:Poll" -> "streams:Polled";
            default -> throw new IllegalStateException("no minute begins with " + opening);
        };
    }

    /** The entry of its end. @param number of its own */
    Use closing(long number, Instant at, String object) {
        return new Use(
                opening.organisation(),
                number,
                at,
                closingAction(opening.action()),
                Use.Verdict.ALLOWED,
                opening.reason(),
                opening.purpose(),
                opening.dataZone(),
                opening.clientZone(),
                opening.policy(),
                opening.caller(),
                opening.callerSubject(),
                opening.subjects(),
                object,
                opening.address(),
                "",
                List.of(),
                opening.sealed());
    }

    synchronized byte[] encode() {
        ByteArrayOutputStream bytesOut = new ByteArrayOutputStream();
        try {
            DataOutputStream out = new DataOutputStream(bytesOut);
            out.writeByte(isOfSession(opening.caller()) ? FORMAT_OF_SESSIONS : FORMAT);
            out.writeLong(opening.at().toEpochMilli());
            out.writeLong(opening.number());
            for (String text :
                    List.of(
                            opening.organisation(),
                            opening.action(),
                            opening.reason(),
                            opening.purpose(),
                            opening.dataZone(),
                            opening.clientZone(),
                            opening.policy(),
                            opening.callerSubject().id(),
                            opening.object(),
                            opening.address(),
                            opening.sealed())) {
                out.writeUTF(text);
            }
            caller(out, opening.caller());
            out.writeShort(opening.subjects().size());
            for (KeyId each : opening.subjects()) {
                out.writeUTF(each.id());
            }
            out.writeLong(records);
            out.writeLong(bytes);
            out.writeShort(spans.size());
            for (Map.Entry<Integer, List<Span>> each : spans.entrySet()) {
                out.writeInt(each.getKey());
                out.writeByte(each.getValue().size());
                for (Span span : each.getValue()) {
                    out.writeLong(span.from());
                    out.writeLong(span.to());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return bytesOut.toByteArray();
    }

    private static boolean isOfSession(Caller caller) {
        return caller instanceof Caller.Known known && known.by() instanceof Caller.By.Session;
    }

    private static void caller(DataOutputStream out, Caller caller) throws IOException {
        switch (caller) {
            case Caller.Known(
                            String organisation,
                            String principal,
                            String credential,
                            String purpose,
                            Caller.By.Credential _) -> {
                out.writeByte(0);
                for (String text : List.of(organisation, principal, credential, purpose)) {
                    out.writeUTF(text);
                }
            }
            case Caller.Program(String name, String purpose) -> {
                out.writeByte(1);
                out.writeUTF(name);
                out.writeUTF(purpose);
            }
            case Caller.Known(
                            String organisation,
                            String principal,
                            String credential,
                            String purpose,
                            Caller.By.Session session)
                    when !session.grant().isFor() -> {
                for (String text :
                        List.of(
                                organisation,
                                principal,
                                credential,
                                purpose,
                                session.role(),
                                session.roleId(),
                                session.source(),
                                session.target(),
                                session.subject(),
                                session.name(),
                                session.policy())) {
                    out.writeUTF(text);
                }
                out.writeLong(session.expires().toEpochMilli());
            }
            case Caller.Known _, Caller.Anonymous _ ->
                    throw new IllegalStateException("doors of streams let no such caller in");
        }
    }

    private static Caller caller(DataInputStream in) throws IOException {
        return in.readByte() == 0
                ? new Caller.Known(in.readUTF(), in.readUTF(), in.readUTF(), in.readUTF())
                : new Caller.Program(in.readUTF(), in.readUTF());
    }

    private static Caller session(DataInputStream in) throws IOException {
        String[] texts = new String[11];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = in.readUTF();
        }
        Instant expires = Instant.ofEpochMilli(in.readLong());
        return new Caller.Known(
                texts[0],
                texts[1],
                texts[2],
                texts[3],
                new Caller.By.Session(
                        texts[4], texts[5], texts[6], texts[7], texts[8], texts[9], expires,
                        texts[10]));
    }

    static StreamMinute decode(String id, byte[] kept) {
        try {
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(kept));
            int format = in.readByte();
            if (format != FORMAT && format != FORMAT_OF_SESSIONS) {
                throw new StorageFailure(
                        StorageFailure.Kind.FOREIGN,
                        "a minute of a stream has a form that this program does not know: use a"
                                + " newer one");
            }
            Instant at = Instant.ofEpochMilli(in.readLong());
            long number = in.readLong();
            String[] texts = new String[11];
            for (int i = 0; i < texts.length; i++) {
                texts[i] = in.readUTF();
            }
            Caller caller = format == FORMAT ? caller(in) : session(in);
            int count = in.readUnsignedShort();
            List<KeyId> subjects = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                subjects.add(new KeyId(KeyId.Kind.SUBJECT, in.readUTF()));
            }
            StreamMinute minute =
                    new StreamMinute(
                            id,
                            new Use(
                                    texts[0],
                                    number,
                                    at,
                                    texts[1],
                                    Use.Verdict.ALLOWED,
                                    texts[2],
                                    texts[3],
                                    texts[4],
                                    texts[5],
                                    texts[6],
                                    caller,
                                    new KeyId(KeyId.Kind.SUBJECT, texts[7]),
                                    subjects,
                                    texts[8],
                                    texts[9],
                                    "",
                                    List.of(),
                                    texts[10]));
            minute.records = in.readLong();
            minute.bytes = in.readLong();
            int partitions = in.readUnsignedShort();
            for (int i = 0; i < partitions; i++) {
                List<Span> all = new ArrayList<>();
                minute.spans.put(in.readInt(), all);
                int ranges = in.readUnsignedByte();
                for (int j = 0; j < ranges; j++) {
                    all.add(new Span(in.readLong(), in.readLong()));
                }
            }
            return minute;
        } catch (IOException | IllegalArgumentException e) {
            throw new StorageFailure(
                    StorageFailure.Kind.CORRUPT, "what is kept of a minute cannot be read", e);
        }
    }
}
