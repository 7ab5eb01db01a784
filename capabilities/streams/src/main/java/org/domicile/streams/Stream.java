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
 */
public record Stream(
        String id,
        String organisation,
        List<String> zones,
        Topic topic,
        Instant made,
        String maker) {
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
        return new Stream(id, organisation, zones, other, made, maker);
    }
}
