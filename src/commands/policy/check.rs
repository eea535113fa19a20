//! `policy check`.
