package org.domicile.policy;

/**
 * What data can be: a personal-data category of DPV, or {@code open}.
 *
 * @param name the word that labels and purposes use
 * @param broader the class that it lies in; empty for none
 * @param term its DPV term, as {@code dpv:NAME} or {@code pd:NAME}; empty for {@code open}
 * @param text what it is, in plain English
 * @param arabic the same in Arabic
 */
public record DataClass(String name, String broader, String term, String text, String arabic) {}
