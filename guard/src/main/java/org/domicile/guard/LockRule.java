package org.domicile.guard;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.domicile.bytes.StorageFailure;
import org.domicile.objects.Lock;

/**
 * What a bucket with object lock does to versions that come without a retention of their own. Its
 * document is seven bytes: format 1, mode, unit, and the length in four.
 *
 * @param mode NONE for nothing
 * @param length in units, 1 to {@link Unit#most}; 0 where there is no mode
 * @param unit of the length
 */
public record LockRule(Lock.Mode mode, int length, Unit unit) {
    /** Versions stay as they come. */
    public static final LockRule PLAIN = new LockRule(Lock.Mode.NONE, 0, Unit.DAYS);

    private static final int FORMAT = 1;
    private static final int BYTES = 7;
    private static final List<Lock.Mode> MODES = List.of(Lock.Mode.values());
    private static final List<Unit> UNITS = List.of(Unit.values());

    /** In what the length is counted. */
    public enum Unit {
        /** Of 24 hours. */
        DAYS(36_500),
        /** Of the calendar, UTC. */
        YEARS(100);

        private final int most;

        Unit(int most) {
            this.most = most;
        }

        /** The longest. */
        public int most() {
            return most;
        }
    }

    /** A mode has a length, and the other way round. */
    public LockRule {
        boolean fits = mode == Lock.Mode.NONE ? length == 0 : length >= 1 && length <= unit.most;
        if (!fits) {
            throw new IllegalArgumentException("a retention of " + length + " " + unit);
        }
    }

    /** The lock of a version that comes at {@code now} with one that has no retention. */
    Lock on(Lock own, Instant now) {
        if (mode == Lock.Mode.NONE) {
            return own;
        }
        OffsetDateTime from = now.atOffset(ZoneOffset.UTC);
        OffsetDateTime until =
                switch (unit) {
                    case DAYS -> from.plusDays(length);
                    case YEARS -> from.plusYears(length);
                };
        return own.retained(mode, until.toInstant());
    }

    /** As it is kept. */
    public byte[] document() {
        return ByteBuffer.allocate(BYTES)
                .put((byte) FORMAT)
                .put((byte) mode.ordinal())
                .put((byte) unit.ordinal())
                .putInt(length)
                .array();
    }

    /** From what was kept. */
    public static LockRule of(byte[] document) {
        if (document.length != BYTES || document[0] != FORMAT) {
            throw new StorageFailure(
                    StorageFailure.Kind.FOREIGN,
                    "a bucket's object lock has a form that this program does not know");
        }
        return new LockRule(
                MODES.get(document[1]),
                ByteBuffer.wrap(document).getInt(3),
                UNITS.get(document[2]));
    }
}
