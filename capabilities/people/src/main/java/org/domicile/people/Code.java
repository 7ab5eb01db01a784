package org.domicile.people;

import java.time.Instant;
import org.domicile.keys.KeyId;

/**
 * Whom a one-time code is for.
 *
 * @param organisation that issued it
 * @param subject the person's key
 * @param expires until when it is good
 */
public record Code(String organisation, KeyId subject, Instant expires) {}
