package org.domicile.streams;

import java.time.Instant;
import java.util.List;

/**
 * A stream, as the register of streams has it.
 *
 * @param id 16 random hexadecimal digits, its own even when its name is used again
 * @param organisation whose
 * @param zones that its data may not leave
 * @param maker principal that made it
 * @param table id of the table whose rows its records become; empty for none
 * @param unfit id of the table of those that do not fit it; empty for none
 */
public record Stream(
        String id,
        String organisation,
        List<String> zones,
        Topic topic,
        Instant made,
        String maker,
        String table,
        String unfit) {
    /** One that is no table. */
    public Stream(
            String id,
            String organisation,
            List<String> zones,
            Topic topic,
            Instant made,
            String maker) {
        this(id, organisation, zones, topic, made, maker, "", "");
    }

    /** Zones are its own, and times have milliseconds. */
    public Stream {
        zones = List.copyOf(zones);
        made = Instant.ofEpochMilli(made.toEpochMilli());
    }

    /** What it is called. */
    public String name() {
        return topic.name();
    }

    /** The same with other measures. */
    public Stream measured(Topic other) {
        return new Stream(id, organisation, zones, other, made, maker, table, unfit);
    }

    /** The same as a table. */
    public Stream tabled(String fits, String others) {
        return new Stream(id, organisation, zones, topic, made, maker, fits, others);
    }

    /** Who lets its records go: of a table, whoever has made rows of them. */
    public StreamLog.Letting letting() {
        return table.isEmpty() ? StreamLog.Letting.BY_AGE : StreamLog.Letting.TOLD;
    }
}
