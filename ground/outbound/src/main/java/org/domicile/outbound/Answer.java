package org.domicile.outbound;

/**
 * What a site answered.
 *
 * @param status three digits; a redirect is one like any
 */
public record Answer(int status, byte[] body) {}
