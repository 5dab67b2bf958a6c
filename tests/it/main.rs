fn main(){}
mod language;
