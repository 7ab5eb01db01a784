package org.domicile.tiles;

import java.util.Optional;
import java.util.regex.Pattern;
import org.domicile.ledger.LogFile;

/**
 * The paths of C2SP tlog-tiles below a log's prefix, the only spelling of each: an index in groups
 * of three digits, all but the last marked with an x, without a group too many; numbers without
 * leading zeros.
 */
final class FilePath {
    private static final Pattern LEVEL = Pattern.compile("0|[1-9][0-9]?");
    private static final Pattern OUTER = Pattern.compile("x[0-9]{3}");
    private static final Pattern INNER = Pattern.compile("[0-9]{3}");
    private static final Pattern PARTIAL = Pattern.compile("[0-9]{3}\\.p");
    private static final Pattern WIDTH = Pattern.compile("[1-9][0-9]{0,2}");

    private FilePath() {}

    /** Reads the rest of the segments; empty when they name no file. */
    static Optional<LogFile> parse(Segments segments) {
        if (segments.take("checkpoint")) {
            return segments.end() ? Optional.of(new LogFile.Checkpoint()) : Optional.empty();
        }
        if (!segments.take("tile")) {
            return Optional.empty();
        }
        if (segments.take("entries")) {
            return place(segments).map(place -> new LogFile.Bundle(place.index, place.width));
        }
        String level = segments.next();
        if (!LEVEL.matcher(level).matches() || Integer.parseInt(level) > LogFile.MAX_LEVEL) {
            return Optional.empty();
        }
        return place(segments)
                .map(place -> new LogFile.Tile(Integer.parseInt(level), place.index, place.width));
    }

    private record Place(long index, int width) {}

    /** {@code N[.p/W]}. */
    private static Optional<Place> place(Segments segments) {
        long index = 0;
        String part = segments.next();
        if (part.equals("x000")) {
            return Optional.empty(); // a group too many
        }
        while (OUTER.matcher(part).matches()) {
            index = 1_000 * index + Integer.parseInt(part, 1, 4, 10);
            if (index >= LogFile.INDICES) {
                return Optional.empty();
            }
            part = segments.next();
        }
        boolean partial = PARTIAL.matcher(part).matches();
        if (!partial && !INNER.matcher(part).matches()) {
            return Optional.empty();
        }
        index = 1_000 * index + Integer.parseInt(part, 0, 3, 10);
        String width = partial ? segments.next() : Integer.toString(LogFile.FULL);
        if (index >= LogFile.INDICES
                || !WIDTH.matcher(width).matches()
                || (partial && Integer.parseInt(width) >= LogFile.FULL)
                || !segments.end()) {
            return Optional.empty();
        }
        return Optional.of(new Place(index, Integer.parseInt(width)));
    }
}
