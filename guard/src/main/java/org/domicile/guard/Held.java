package org.domicile.guard;

import org.domicile.objects.Excess;
import org.domicile.objects.Quota;
import org.domicile.objects.Usage;

/**
 * How much something holds, and may hold.
 *
 * @param of whether it is a bucket or an organisation
 * @param name its name
 */
public record Held(Excess.Of of, String name, Usage usage, Quota quota) {}
