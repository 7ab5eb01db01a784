package org.domicile.objects;

import java.time.Instant;

/**
 * An upload in parts that is under way.
 *
 * @param id 32 hexadecimal digits, random
 * @param name the object's name
 * @param attributes what the guard sealed when it began
 * @param initiator who began it, as the guard tells of it
 * @param initiated when
 */
public record Upload(
        String id, String name, byte[] attributes, String initiator, Instant initiated) {}
