package org.domicile.launcher;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.domicile.admin.Checking.Wrong;

/**
 * What is remembered of checks over a restart.
 *
 * @param last the last one that went through
 * @param present the one that is under way, or was when the program ended
 */
record CheckRecord(Look last, Look present) {
    /** Things that are named; of more only the number is kept. */
    static final int NAMED = 200;

    private static final int FORMAT = 1;

    /** Before the first. */
    static final CheckRecord NOTHING = new CheckRecord(Look.NONE, Look.NONE);

    /**
     * One look at everything.
     *
     * @param began when; 1970 for none
     * @param ended when; 1970 while it is under way
     * @param records whether the records were looked at already
     * @param next where the reading of bodies goes on
     * @param bytes plain ones that were read
     * @param versions that were read, with parts
     * @param wrong how many things
     * @param named the first of them
     */
    record Look(
            Instant began,
            Instant ended,
            boolean records,
            byte[] next,
            long bytes,
            long versions,
            long wrong,
            List<Wrong> named) {
        static final Look NONE =
                new Look(Instant.EPOCH, Instant.EPOCH, false, new byte[0], 0, 0, 0, List.of());

        static Look from(Instant began) {
            return new Look(began, Instant.EPOCH, false, new byte[0], 0, 0, 0, List.of());
        }

        boolean underWay() {
            return began.isAfter(Instant.EPOCH) && ended.equals(Instant.EPOCH);
        }

        Look at(byte[] place) {
            return new Look(began, ended, true, place, bytes, versions, wrong, named);
        }

        Look read(long more) {
            return new Look(began, ended, records, next, bytes + more, versions + 1, wrong, named);
        }

        Look with(Wrong thing) {
            List<Wrong> more = named;
            if (named.size() < NAMED) {
                more = new ArrayList<>(named);
                more.add(thing);
            }
            return new Look(began, ended, records, next, bytes, versions, wrong + 1, more);
        }

        Look end(Instant at) {
            return new Look(began, at, records, new byte[0], bytes, versions, wrong, named);
        }
    }

    /**
     * When the next look begins, or goes on. Counted from when the last one began: from its end,
     * what was read first would be read again only after the time that a look takes as well.
     */
    Instant due(Duration period) {
        return present.underWay() ? Instant.EPOCH : last.began().plus(period);
    }

    byte[] encode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(FORMAT);
            write(out, last);
            write(out, present);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return bytes.toByteArray();
    }

    /** What is written in another form is as good as nothing: the next check begins anew. */
    static CheckRecord decode(byte[] value) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(value))) {
            return in.readByte() == FORMAT ? new CheckRecord(look(in), look(in)) : NOTHING;
        } catch (IOException e) {
            return NOTHING;
        }
    }

    private static void write(DataOutputStream out, Look look) throws IOException {
        out.writeLong(look.began().toEpochMilli());
        out.writeLong(look.ended().toEpochMilli());
        out.writeBoolean(look.records());
        bytes(out, look.next());
        out.writeLong(look.bytes());
        out.writeLong(look.versions());
        out.writeLong(look.wrong());
        out.writeInt(look.named().size());
        for (Wrong each : look.named()) {
            for (String text :
                    List.of(
                            each.kind(),
                            each.bucket(),
                            each.key(),
                            each.version(),
                            each.what(),
                            each.next())) {
                bytes(out, text.getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private static Look look(DataInputStream in) throws IOException {
        Instant began = Instant.ofEpochMilli(in.readLong());
        Instant ended = Instant.ofEpochMilli(in.readLong());
        boolean records = in.readBoolean();
        byte[] next = bytes(in);
        long bytes = in.readLong();
        long versions = in.readLong();
        long wrong = in.readLong();
        List<Wrong> named = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            named.add(new Wrong(text(in), text(in), text(in), text(in), text(in), text(in)));
        }
        return new Look(began, ended, records, next, bytes, versions, wrong, named);
    }

    private static void bytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static byte[] bytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > in.available()) {
            throw new IOException("a length that is none");
        }
        return in.readNBytes(length);
    }

    private static String text(DataInputStream in) throws IOException {
        return new String(bytes(in), StandardCharsets.UTF_8);
    }
}
