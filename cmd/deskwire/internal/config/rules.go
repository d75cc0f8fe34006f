package config

// compile has the rules compiled and says where in the file the wrong ones stand.
func (d *decoder) compile() {}
